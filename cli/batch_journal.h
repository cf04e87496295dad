#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal::cli {

// What is known of an entry of a batch.
struct BatchRecord {
  enum class State { kStarting, kRunning, kSucceeded, kFailed, kCancelled };
  State state = State::kStarting;
  std::string render_id;
  std::string execution_name;  // empty while it is starting
  std::string output_gcs_uri;
  std::int64_t bytes = 0;  // of the output
  double cost_usd = 0;
  std::string error;

  bool over() const { return state != State::kStarting && state != State::kRunning; }
};
std::string_view WireName(BatchRecord::State state);

// What a batch has done, beside its file: a line of JSON for each change, synced before the next
// step is taken, so that a batch that was stopped anywhere goes on where it was. An entry is known
// by a key that its caller makes of all that decides what comes out.
//
// One process at a time: the journal is locked while it is open. One thread.
class BatchJournal {
 public:
  // Reads what is there. A last line that was cut is no line. Errors: kCannotWrite, kIo; kConflict
  // when another process has it open; kInvalidJson for a file that is no journal.
  static Result<std::unique_ptr<BatchJournal>> Open(const std::filesystem::path& file);

  const BatchRecord* Find(const std::string& key) const;
  // Written and synced when this returns. Errors: kIo.
  Status Put(const std::string& key, const BatchRecord& record);

 private:
  BatchJournal(std::filesystem::path file, int descriptor)
      : file_(std::move(file)), descriptor_(descriptor) {}

  std::filesystem::path file_;
  FileDescriptor descriptor_;
  std::map<std::string, BatchRecord> records_;
};

}  // namespace hyperlocal::cli
