#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// The requests of the XML API. Each fills in `call.response`, or answers an error, which the route
// makes an XML document. https://cloud.google.com/storage/docs/xml-api/reference-methods

Status ListServiceXml(GcsCall& call);  // GET /

Status GetBucketXml(GcsCall& call);  // its objects: both versions of the listing
Status HeadBucketXml(GcsCall& call);
Status PutBucketXml(GcsCall& call);
Status DeleteBucketXml(GcsCall& call);
Status GetBucketLocationXml(GcsCall& call);    // ?location
Status GetBucketVersioningXml(GcsCall& call);  // ?versioning
Status PutBucketVersioningXml(GcsCall& call);
Status DeleteObjectsXml(GcsCall& call);  // POST ?delete

Status GetObjectXml(GcsCall& call);  // and HEAD
Status PutObjectXml(GcsCall& call);
Status CopyObjectXml(GcsCall& call);  // PUT with x-goog-copy-source
Status DeleteObjectXml(GcsCall& call);
Status PostObjectXml(GcsCall& call);  // an HTML form

Status StartResumableXml(GcsCall& call);     // x-goog-resumable: start
Status ContinueResumableXml(GcsCall& call);  // ?upload_id=
Status CancelResumableXml(GcsCall& call);

Status ListMultipartUploadsXml(GcsCall& call);  // GET bucket ?uploads
Status InitiateMultipartXml(GcsCall& call);     // POST ?uploads
Status PutPartXml(GcsCall& call);               // PUT ?partNumber=&uploadId=
Status ListPartsXml(GcsCall& call);             // GET ?uploadId=
Status CompleteMultipartXml(GcsCall& call);     // POST ?uploadId=
Status AbortMultipartXml(GcsCall& call);        // DELETE ?uploadId=

}  // namespace hyperlocal::gcs
