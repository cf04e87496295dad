#pragma once

#include "orchestrator/stdlib/library.h"

// The computed functions, one file a module. A name is that of the function in the library without
// its dot.
namespace hyperlocal::workflow::library {

using Implementation = Raising<Value> (*)(const Arguments&, LibraryContext&);

// conversion.cc
Raising<Value> Default(const Arguments&, LibraryContext&);
Raising<Value> Double(const Arguments&, LibraryContext&);
Raising<Value> GetType(const Arguments&, LibraryContext&);
Raising<Value> If(const Arguments&, LibraryContext&);
Raising<Value> Int(const Arguments&, LibraryContext&);
Raising<Value> Keys(const Arguments&, LibraryContext&);
Raising<Value> Len(const Arguments&, LibraryContext&);
Raising<Value> String(const Arguments&, LibraryContext&);

// collections.cc
Raising<Value> ListConcat(const Arguments&, LibraryContext&);
Raising<Value> ListPrepend(const Arguments&, LibraryContext&);
Raising<Value> MapDelete(const Arguments&, LibraryContext&);
Raising<Value> MapGet(const Arguments&, LibraryContext&);
Raising<Value> MapMerge(const Arguments&, LibraryContext&);
Raising<Value> MapMergeNested(const Arguments&, LibraryContext&);

// math.cc
Raising<Value> MathAbs(const Arguments&, LibraryContext&);
Raising<Value> MathFloor(const Arguments&, LibraryContext&);
Raising<Value> MathMax(const Arguments&, LibraryContext&);
Raising<Value> MathMin(const Arguments&, LibraryContext&);

// encoding.cc
Raising<Value> Base64Decode(const Arguments&, LibraryContext&);
Raising<Value> Base64Encode(const Arguments&, LibraryContext&);
Raising<Value> JsonDecode(const Arguments&, LibraryContext&);
Raising<Value> JsonEncode(const Arguments&, LibraryContext&);
Raising<Value> JsonEncodeToString(const Arguments&, LibraryContext&);
Raising<Value> TextDecode(const Arguments&, LibraryContext&);
Raising<Value> TextEncode(const Arguments&, LibraryContext&);
Raising<Value> TextUrlDecode(const Arguments&, LibraryContext&);
Raising<Value> TextUrlEncode(const Arguments&, LibraryContext&);
Raising<Value> TextUrlEncodePlus(const Arguments&, LibraryContext&);

// digest.cc
Raising<Value> HashComputeChecksum(const Arguments&, LibraryContext&);
Raising<Value> HashComputeHmac(const Arguments&, LibraryContext&);

// text.cc
Raising<Value> TextFindAll(const Arguments&, LibraryContext&);
Raising<Value> TextReplaceAll(const Arguments&, LibraryContext&);
Raising<Value> TextSplit(const Arguments&, LibraryContext&);
Raising<Value> TextSubstring(const Arguments&, LibraryContext&);
Raising<Value> TextToLower(const Arguments&, LibraryContext&);
Raising<Value> TextToUpper(const Arguments&, LibraryContext&);

// regular_expression.cc
Raising<Value> TextFindAllRegex(const Arguments&, LibraryContext&);
Raising<Value> TextMatchRegex(const Arguments&, LibraryContext&);
Raising<Value> TextReplaceAllRegex(const Arguments&, LibraryContext&);

// time.cc
Raising<Value> TimeFormat(const Arguments&, LibraryContext&);
Raising<Value> TimeParse(const Arguments&, LibraryContext&);

// system.cc
Raising<Value> SysGetEnv(const Arguments&, LibraryContext&);
Raising<Value> SysNow(const Arguments&, LibraryContext&);
Raising<Value> UuidGenerate(const Arguments&, LibraryContext&);

}  // namespace hyperlocal::workflow::library
