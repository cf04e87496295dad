#pragma once

#include <filesystem>

#include "engine/av/media_probe.h"
#include "engine/error/result.h"
#include "engine/media/media_element.h"

namespace hyperlocal {

// Whether a file is a text (HTML, XML, SVG, JSON) by the first sign in it, as published: what a
// server answers instead of a file it does not have.
bool IsTextDocument(const std::filesystem::path& file);

// Probes the source of an element. Errors, all with the element and the file named:
// kVideoSourceUnrenderable (not there, damaged, or an address that is not a file), kNotMediaPayload
// (a text), kVideoExtractionFailed (the disk, not the file).
Result<MediaFacts> ProbeSource(const MediaElement& element, const std::filesystem::path& file);

// An error of libav about the source of an element, as the contract names it: what another try may
// mend is kVideoExtractionFailed, anything else kVideoSourceUnrenderable.
Error SourceError(const MediaElement& element, Error error);

}  // namespace hyperlocal
