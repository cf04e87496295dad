#pragma once

#include "orchestrator/syntax/yaml_cursor_internal.h"
#include "orchestrator/syntax/yaml_node.h"

namespace hyperlocal::workflow {

// Read the scalar at the cursor and leave the cursor behind it. `parent` is the indentation of the
// block around it (-1: none): lines that go on must be indented by more.

// In a flow list or map, brackets and commas end a plain scalar, but not inside `${…}`.
YamlNode ReadPlainScalar(YamlCursor& cursor, int parent, bool flow);
YamlNode ReadSingleQuoted(YamlCursor& cursor, int parent);
YamlNode ReadDoubleQuoted(YamlCursor& cursor, int parent);
// `|` or `>` with its header.
YamlNode ReadBlockScalar(YamlCursor& cursor, int parent);

// The plain text up to the `:` of a key, on one line.
YamlNode ReadPlainKey(YamlCursor& cursor);

}  // namespace hyperlocal::workflow
