#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflow {

// What an HTTP service answers to requests of one sort, so that a warning can tell a field that it
// never returns. The request is told by one constant entry of its body map: Action = "plan".
struct ServiceAnswer {
  std::string key;                  // "Action"
  std::string value;                // "plan"
  std::vector<std::string> fields;  // of the answer's body
  std::size_t typical_bytes = 0;    // as the service counts them; 0: not known
};

// What the warnings may take for granted about the definition's surroundings. All of it optional.
struct CheckOptions {
  std::vector<ServiceAnswer> answers;
  // Entries of main's argument that have to get on to somebody: "ServiceUrl", "Config.cfr".
  std::vector<std::string> forwarded;
  // How many iterations a loop over data may come to have: warns of variables that then come near
  // to the limit of 512 KB.
  std::optional<std::size_t> iterations;
};

struct CheckOutcome {
  // With all that is marked "resolved" in place; null when there are errors.
  std::shared_ptr<const Definition> definition;
  std::vector<Problem> problems;  // sorted by place
};

// Parses and checks a definition (YAML or JSON) as a deployment does, and warns on top. All
// problems in one go. `file` is for messages. Never fails otherwise, whatever the bytes are.
CheckOutcome CheckDefinition(std::string source, std::string file,
                             const CheckOptions& options = {});

// The same for who wants to run it. Error: kInvalidWorkflow with the errors described, at most 50.
Result<std::shared_ptr<const Definition>> LoadDefinition(std::string source, std::string file);

}  // namespace hyperlocal::workflow
