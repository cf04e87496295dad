#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// How the sound of a video is encoded: AAC in mp4 and mov, Opus in webm, which takes nothing else.
enum class SoundCodec { kAac, kOpus };

// The sound of a video, ready to be muxed: it lasts exactly as long as the pictures do.
struct AudioTrack {
  CodecParametersHandle parameters;
  AVRational time_base{1, 1};  // of the packets
  // In order. The first ones may begin before 0: what a decoder needs before it sounds right.
  std::vector<PacketHandle> packets;
};

// Reads the first sound of `file` and fits it to `frames` at `rate`: a longer one is cut, a shorter
// one is followed by silence, one that fits within a millisecond and has that codec is copied as it
// is. The packets are held in memory (a minute of AAC is 1.5 MB). Errors: kMissingPlanArtifact (no
// such file), kMedia (no sound in it, or none that can be decoded).
Result<AudioTrack> ReadAudioTrack(const std::filesystem::path& file, std::int64_t frames,
                                  FrameRate rate, SoundCodec codec);

}  // namespace hyperlocal
