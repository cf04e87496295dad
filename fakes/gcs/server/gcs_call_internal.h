#pragma once

#include <string>
#include <string_view>

#include "engine/http/http_server.h"
#include "fakes/gcs/server/gcs_query_internal.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

class ControlPlane;  // control_plane_internal.h: faults, signers, events, the control API

// What every handler is given: one request, what it is about, and where its answer goes. One
// thread; lives as long as the request.
struct GcsCall {
  HttpRequest* request;  // never null; whoever stands before a handler may put its own in its place
  HttpResponse& response;
  Store& store;
  ControlPlane& control;

  GcsQuery query;

  // Set by the route. Decoded; whatever the path does not name is empty.
  std::string_view method;  // "storage.objects.get", as the service's own audit log has it
  std::string bucket;
  std::string object;  // of copy, rewrite and move: the source
  std::string target_bucket;
  std::string target_object;
  std::string item;  // an ACL's entity, a notification's id, an operation's id …

  // "http://localhost:4443", as the client knows this server: X-Forwarded-Proto and -Host, else
  // Host.
  std::string BaseUrl() const;
  std::string_view Header(std::string_view name) const { return request->headers.Get(name); }
};

// Answers a call whole: errors are answers too.
using GcsHandler = void (*)(GcsCall&);

}  // namespace hyperlocal::gcs
