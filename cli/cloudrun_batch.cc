#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/gcp/sdk/render.h"
#include "adapters/gcp/sdk/site.h"
#include "cli/batch_file.h"
#include "cli/batch_journal.h"
#include "cli/cloudrun_request.h"
#include "cli/cloudrun_verbs_internal.h"
#include "cli/human_text.h"
#include "engine/hash/sha256.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::ordered_json;
using State = BatchRecord::State;

constexpr int kDefaultMostRunning = 50;
// How far back a start is looked for whose answer the journal does not have.
constexpr std::chrono::minutes kStartWindow = std::chrono::hours(24 * 7);

// An entry with its whole config, and what is known of it.
struct Job {
  BatchEntry entry;
  std::string config_json;
  std::string key = {};
  BatchRecord record = {};
  bool done_before = false;  // by an earlier run of this batch
};

// Everything that decides what comes out, so that a line that was changed is rendered anew.
std::string KeyOf(const BatchEntry& entry, const std::string& config, const std::string& site) {
  Sha256 hash;
  hash.Update(entry.output_key).Update(std::string_view("\0", 1));
  hash.Update(config).Update(std::string_view("\0", 1)).Update(site);
  return hash.HexDigest().substr(0, 16);
}

class Batch {
 public:
  Batch(CloudClients clients, CloudRunStack stack, SiteHandle site, BatchJournal& journal,
        CommandContext& context)
      : clients_(std::move(clients)),
        stack_(std::move(stack)),
        site_(std::move(site)),
        journal_(journal),
        context_(context) {}

  // Runs them all, at most `most` at once. Errors: kCancelled, and what makes going on senseless.
  Status Run(std::vector<Job>& jobs, std::size_t most, std::chrono::milliseconds interval) {
    Status ran = RunAll(jobs, most, interval);
    if (!ran && ran.error().code == ErrorCode::kCancelled) {
      const auto under_way = std::count_if(jobs.begin(), jobs.end(), [](const Job& job) {
        return job.record.state == State::kRunning && !job.record.execution_name.empty();
      });
      Say(context_, fmt::format("stopped with {} under way, which go on; the same command takes "
                                "the batch up where it is",
                                Counted(under_way, "render")));
    }
    return ran;
  }

 private:
  Status RunAll(std::vector<Job>& jobs, std::size_t most, std::chrono::milliseconds interval) {
    std::deque<Job*> waiting;
    std::vector<Job*> running;
    for (Job& job : jobs) {
      if (job.done_before) continue;
      // What runs already goes first, and counts.
      if (job.record.state == State::kRunning && !job.record.execution_name.empty()) {
        running.push_back(&job);
      } else {
        waiting.push_back(&job);
      }
    }
    total_ = jobs.size();
    over_ = static_cast<std::size_t>(
        std::count_if(jobs.begin(), jobs.end(), [](const Job& job) { return job.done_before; }));
    while (!waiting.empty() || !running.empty()) {
      while (!waiting.empty() && running.size() < most && !context_.cancel.cancelled()) {
        Job* const job = waiting.front();
        waiting.pop_front();
        HYPERLOCAL_TRY_STATUS(Start(*job));
        if (job->record.over()) {
          Tell(*job);
        } else {
          running.push_back(job);
        }
      }
      for (std::size_t i = 0; i < running.size() && !context_.cancel.cancelled();) {
        HYPERLOCAL_TRY_STATUS(Look(*running[i]));
        if (running[i]->record.over()) {
          Tell(*running[i]);
          running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
          ++i;
        }
      }
      if (context_.cancel.cancelled()) {
        return Error{ErrorCode::kCancelled, "stopped"};
      }
      if (!running.empty() && (waiting.empty() || running.size() >= most)) Sleep(interval);
    }
    return Ok();
  }

  // A start that was written down without its answer: the label says whether it took place.
  Result<bool> FindStarted(Job& job) {
    auto found = clients_.executions->FindByLabel(stack_.workflow(), kRenderLabel,
                                                  RenderLabelOf(job.record.render_id), kStartWindow,
                                                  context_.cancel);
    if (!found && found.error().code == ErrorCode::kNotFound) return false;
    if (!found) return std::move(found).error();
    job.record.state = State::kRunning;
    job.record.execution_name = found->name;
    HYPERLOCAL_TRY_STATUS(journal_.Put(job.key, job.record));
    return true;
  }

  Status Start(Job& job) {
    if (!job.record.render_id.empty()) {
      HYPERLOCAL_TRY(const bool found, FindStarted(job));
      if (found) return Ok();
    }
    RenderToCloudRunOptions options;
    options.site = site_;
    options.config_json = job.config_json;
    options.bucket_name = stack_.bucket_name;
    options.project_id = stack_.project_id;
    options.location = stack_.region;
    options.workflow_id = stack_.workflow_id;
    options.service_url = stack_.service_url;
    options.chunk_service_url = stack_.chunk_service_url;
    options.output_key = job.entry.output_key;
    if (!job.record.render_id.empty()) options.render_id = job.record.render_id;
    HYPERLOCAL_TRY(const PreparedRender prepared, PrepareRender(options));
    job.record = {.state = State::kStarting,
                  .render_id = prepared.render_id,
                  .execution_name = "",
                  .output_gcs_uri = prepared.output_gcs_uri,
                  .error = ""};
    options.render_id = prepared.render_id;
    HYPERLOCAL_TRY_STATUS(journal_.Put(job.key, job.record));
    auto handle =
        RenderToCloudRun(*clients_.storage, *clients_.executions, options, context_.cancel);
    if (!handle && handle.error().code == ErrorCode::kCancelled) return std::move(handle).error();
    // Nobody will be let in with the next entry either.
    if (!handle && handle.error().code == ErrorCode::kPermission) return std::move(handle).error();
    if (handle) {
      job.record.state = State::kRunning;
      job.record.execution_name = handle->execution_name;
    } else {
      job.record.state = State::kFailed;
      job.record.error = std::string(handle.error().spec().wire) + ": " + handle.error().message;
    }
    return journal_.Put(job.key, job.record);
  }

  Status Look(Job& job) {
    auto progress = GetRenderProgress(*clients_.executions,
                                      {.execution_name = job.record.execution_name,
                                       .vcpu = stack_.vcpu,
                                       .memory_gib = stack_.memory_gib,
                                       .live = false},
                                      context_.cancel);
    if (!progress && progress.error().code == ErrorCode::kNotFound) {
      job.record.state = State::kFailed;
      job.record.error = "its execution is not there any more";
      return journal_.Put(job.key, job.record);
    }
    if (!progress) {
      if (progress.error().code == ErrorCode::kCancelled) return Ok();  // Run says it
      return std::move(progress).error();
    }
    switch (progress->status) {
      case RenderStatus::kRunning:
      case RenderStatus::kUnknown:
        return Ok();
      case RenderStatus::kSucceeded:
        job.record.state = State::kSucceeded;
        break;
      case RenderStatus::kFailed:
      case RenderStatus::kCancelled: {
        const bool failed = progress->status == RenderStatus::kFailed;
        job.record.state = failed ? State::kFailed : State::kCancelled;
        const Error error = ErrorOfRender(*progress);
        job.record.error = std::string(error.spec().wire) + ": " + error.message;
        break;
      }
    }
    if (progress->output_file) {
      job.record.output_gcs_uri = progress->output_file->gcs_uri;
      job.record.bytes = progress->output_file->bytes.value_or(0);
    }
    job.record.cost_usd = progress->costs.accrued_so_far_usd;
    return journal_.Put(job.key, job.record);
  }

  void Tell(const Job& job) {
    ++over_;
    Say(context_,
        fmt::format("[{}/{}] {} {}{}", over_, total_, WireName(job.record.state),
                    job.entry.output_key, job.record.error.empty() ? "" : ": " + job.record.error));
  }

  void Sleep(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!context_.cancel.cancelled() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(time, 50ms));
    }
  }

  CloudClients clients_;
  const CloudRunStack stack_;
  const SiteHandle site_;
  BatchJournal& journal_;
  CommandContext& context_;
  std::size_t total_ = 0;
  std::size_t over_ = 0;
};

CommandAnswer Report(const std::vector<Job>& jobs, const fs::path& journal) {
  CommandAnswer answer;
  ordered_json renders = ordered_json::array();
  std::size_t width = 9;
  for (const Job& job : jobs) width = std::max(width, job.entry.output_key.size());
  answer.text = fmt::format("{:>5}  {:<{}}  {:<9}  {:>9}  {:>8}\n", "line", "outputKey", width,
                            "status", "bytes", "cost");
  int failed = 0;
  double cost = 0;
  for (const Job& job : jobs) {
    const BatchRecord& record = job.record;
    answer.text += fmt::format("{:>5}  {:<{}}  {:<9}  {:>9}  {:>8}\n", job.entry.line,
                               WithoutControls(job.entry.output_key), width, WireName(record.state),
                               record.bytes, fmt::format("${:.4f}", record.cost_usd));
    failed += record.state == State::kSucceeded ? 0 : 1;
    cost += record.cost_usd;
    ordered_json one{{"line", job.entry.line},
                     {"outputKey", job.entry.output_key},
                     {"status", WireName(record.state)},
                     {"renderId", record.render_id},
                     {"executionName", record.execution_name},
                     {"outputGcsUri", record.output_gcs_uri},
                     {"bytes", record.bytes},
                     {"costUsd", record.cost_usd},
                     {"fromJournal", job.done_before}};
    if (!record.error.empty()) one["error"] = record.error;
    renders.push_back(std::move(one));
  }
  answer.text += fmt::format("{} of {} succeeded, ${:.4f}\n",
                             static_cast<int>(jobs.size()) - failed, jobs.size(), cost);
  answer.members = {{"renders", std::move(renders)},
                    {"succeeded", static_cast<int>(jobs.size()) - failed},
                    {"failed", failed},
                    {"costUsd", cost},
                    {"journal", journal.string()}};
  answer.exit_status = failed == 0 ? 0 : 1;
  return answer;
}

CommandAnswer Manifest(const std::vector<Job>& jobs) {
  CommandAnswer answer;
  ordered_json renders = ordered_json::array();
  for (const Job& job : jobs) {
    answer.text += fmt::format("{:>5}  would-start  {}\n", job.entry.line,
                               WithoutControls(job.entry.output_key));
    renders.push_back(
        {{"line", job.entry.line}, {"outputKey", job.entry.output_key}, {"status", "would-start"}});
  }
  answer.members = {{"renders", std::move(renders)}};
  return answer;
}

// Every entry with its config, all of them checked before the first is started.
Result<std::vector<Job>> ReadJobs(const CommandLine& line, const fs::path& project,
                                  const fs::path& file, CommandContext& context) {
  HYPERLOCAL_TRY(const ordered_json config, CloudRenderConfig(line, project));
  HYPERLOCAL_TRY(std::vector<BatchEntry> entries, ReadBatchFile(file));
  std::vector<Job> jobs;
  for (BatchEntry& entry : entries) {
    const std::string where = fmt::format("{}:{}", file.string(), entry.line);
    std::optional<ordered_json> variables;
    if (!entry.variables_json.empty()) variables = ordered_json::parse(entry.variables_json);
    auto issues = CheckVariables(project, variables, line.Has("strict-variables"));
    if (!issues) return std::move(issues).error().WithContext(where);
    for (const std::string& issue : *issues) {
      Say(context, fmt::format("warning: {}: {}", where, issue));
    }
    auto text = ConfigText(config, variables);
    if (!text) return std::move(text).error().WithContext(where);
    jobs.push_back({.entry = std::move(entry), .config_json = std::move(*text)});
  }
  return jobs;
}

}  // namespace

Result<CommandAnswer> RenderBatch(const CommandLine& line, CommandContext& context,
                                  const CloudRunWorld& world) {
  const auto batch_file = line.Value("batch");
  if (!batch_file) return Error{ErrorCode::kUsage, "cloudrun render-batch needs --batch FILE"};
  HYPERLOCAL_TRY(const std::optional<int> most, line.WholeNumber("max-concurrent"));
  if (most && *most < 1) return Error{ErrorCode::kUsage, "--max-concurrent is at least 1"};
  HYPERLOCAL_TRY(const std::chrono::milliseconds interval, WaitInterval(line));
  const fs::path project = context.working_directory / line.arguments[0];
  const fs::path file = context.working_directory / *batch_file;
  HYPERLOCAL_TRY(std::vector<Job> jobs, ReadJobs(line, project, file, context));
  if (line.Has("dry-run")) return Manifest(jobs);

  HYPERLOCAL_TRY(const CloudRunStack stack, FindStack(line, world.environment));
  fs::path journal_file = file;
  journal_file += ".journal";
  HYPERLOCAL_TRY(const auto journal, BatchJournal::Open(journal_file));
  HYPERLOCAL_TRY(CloudClients clients, world.open());
  HYPERLOCAL_TRY(const SiteHandle site, DeploySite(*clients.storage,
                                                   {.project_dir = project,
                                                    .bucket_name = stack.bucket_name,
                                                    .site_id = line.Value("site-id")},
                                                   context.cancel));
  for (Job& job : jobs) {
    job.key = KeyOf(job.entry, job.config_json, site.project_gcs_uri);
    const BatchRecord* const known = journal->Find(job.key);
    if (known == nullptr) continue;
    // What failed is tried again, as a render of its own.
    if (known->state == State::kFailed || known->state == State::kCancelled) continue;
    job.record = *known;
    job.done_before = known->state == State::kSucceeded;
  }
  Batch batch(std::move(clients), stack, site, *journal, context);
  HYPERLOCAL_TRY_STATUS(
      batch.Run(jobs, static_cast<std::size_t>(most.value_or(kDefaultMostRunning)), interval));
  return Report(jobs, journal_file);
}

}  // namespace hyperlocal::cli
