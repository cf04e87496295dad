#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// What browsers want to know before they hand an answer to a page of another origin.
//
// The JSON API allows every origin, whatever a bucket says; the XML API those of the bucket's
// `cors`. Pages of this machine (localhost) may do everything here.
// https://cloud.google.com/storage/docs/cross-origin

// OPTIONS with Origin and Access-Control-Request-Method.
bool IsPreflight(const HttpRequest& request);
void AnswerPreflight(GcsCall& call);
// Adds the permission to an answer, where the request has an Origin.
void AllowOrigin(GcsCall& call);

}  // namespace hyperlocal::gcs
