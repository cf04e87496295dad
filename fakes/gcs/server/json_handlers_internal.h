#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// The methods of the JSON API, by the names that the service gives them. Each fills in
// `call.response`, or answers an error, which the route makes the answer.

Status ListBuckets(GcsCall& call);
Status InsertBucket(GcsCall& call);
Status GetBucket(GcsCall& call);
Status PatchBucket(GcsCall& call);
Status UpdateBucket(GcsCall& call);
Status DeleteBucket(GcsCall& call);
Status LockRetentionPolicy(GcsCall& call);
Status GetStorageLayout(GcsCall& call);

Status GetBucketIamPolicy(GcsCall& call);
Status SetBucketIamPolicy(GcsCall& call);
Status TestBucketIamPermissions(GcsCall& call);

Status ListNotifications(GcsCall& call);
Status InsertNotification(GcsCall& call);
Status GetNotification(GcsCall& call);
Status DeleteNotification(GcsCall& call);

// Of buckets, of new objects, and of objects: `call.method` says which.
Status ListAcl(GcsCall& call);
Status InsertAcl(GcsCall& call);
Status GetAcl(GcsCall& call);
Status UpdateAcl(GcsCall& call);  // and patch
Status DeleteAcl(GcsCall& call);

Status ListObjects(GcsCall& call);
Status GetObject(GcsCall& call);
Status PatchObject(GcsCall& call);
Status UpdateObject(GcsCall& call);
Status DeleteObject(GcsCall& call);
Status ComposeObject(GcsCall& call);
Status CopyObject(GcsCall& call);
Status RewriteObject(GcsCall& call);
Status MoveObject(GcsCall& call);
Status RestoreObject(GcsCall& call);
Status BulkRestoreObjects(GcsCall& call);
Status GetOperation(GcsCall& call);
Status ListOperations(GcsCall& call);

// uploadType=media, multipart or resumable.
Status InsertObject(GcsCall& call);
// The requests of an upload that has begun (upload_id).
Status ContinueResumableUpload(GcsCall& call);
Status CancelResumableUpload(GcsCall& call);

Status GetServiceAccount(GcsCall& call);

Status RunBatch(GcsCall& call);

}  // namespace hyperlocal::gcs
