#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {
namespace {

// Proxies append to what was there: the first one is what the client saw.
std::string_view FirstOfList(std::string_view list) {
  std::string_view first = list.substr(0, list.find(','));
  while (first.starts_with(' ')) first.remove_prefix(1);
  while (first.ends_with(' ')) first.remove_suffix(1);
  return first;
}

}  // namespace

std::string GcsCall::BaseUrl() const {
  const std::string_view scheme = FirstOfList(Header("X-Forwarded-Proto"));
  std::string_view host = FirstOfList(Header("X-Forwarded-Host"));
  if (host.empty()) host = Header("Host");
  std::string url(scheme == "https" ? "https://" : "http://");
  url += host.empty() ? "localhost" : host;
  return url;
}

}  // namespace hyperlocal::gcs
