#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/hash/base64.h"
#include "engine/http/http_message.h"
#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/signed_policy_internal.h"
#include "fakes/gcs/server/xml_error_internal.h"
#include "fakes/gcs/server/xml_form_internal.h"
#include "fakes/gcs/server/xml_handlers_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"
#include "fakes/gcs/server/xml_size_range_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

XmlError BadPolicy(const std::string& details) {
  return XmlError{400, "InvalidPolicyDocument",
                  "The content of the form does not meet the conditions specified in the policy "
                  "document.",
                  details};
}

// One form, as it comes in. When something of it is refused, the rest is read and dropped, so that
// the browser hears of it.
class PostedForm {
 public:
  explicit PostedForm(GcsCall& call) : call_(call) {}

  Status TakeField(std::string_view name, std::string value) {
    // Of several fields of one name the last counts.
    fields_[LowerCase(name)] = std::move(value);
    return Ok();
  }

  // All other fields are there: what may be done is known before a byte of the file is kept.
  Status TakeFile(const FormReader::File& file) {
    has_file_ = true;
    ReplaceFilename(file.name);
    refusal_ = Check();
    if (refusal_) return Ok();
    HYPERLOCAL_TRY_STATUS(ReadIntent(file));
    HYPERLOCAL_TRY(content_, call_.store.NewContent());
    return Ok();
  }

  Status TakeBytes(std::string_view bytes) {
    if (refusal_) return Ok();
    size_ += bytes.size();
    return size_ > range_.most ? Ok() : content_->Append(bytes);
  }

  Status Finish() {
    if (!has_file_) {
      return Error{ErrorCode::kBadRequest,
                   "the form has no file; it must be the last field, named \"file\""};
    }
    if (refusal_) {
      RefuseXml(call_, *refusal_);
      return Ok();
    }
    if (size_ > range_.most || size_ < range_.least) {
      RefuseSize(call_, range_, size_);
      return Ok();
    }
    HYPERLOCAL_TRY(const ObjectRecord object,
                   call_.store.InsertObject({call_.bucket, call_.object}, intent_,
                                            std::move(content_), {}, {}));
    call_.control.Publish({GcsEventKind::kFinalize, object});
    Answer(object);
    return Ok();
  }

 private:
  std::string Field(std::string_view name) const {
    const auto it = fields_.find(name);
    return it == fields_.end() ? std::string() : it->second;
  }

  // "${filename}" in the key is the file's own name.
  void ReplaceFilename(const std::string& name) {
    constexpr std::string_view kVariable = "${filename}";
    std::string key = Field("key");
    for (std::size_t at = key.find(kVariable); at != std::string::npos;
         at = key.find(kVariable, at + name.size())) {
      key.replace(at, kVariable.size(), name);
    }
    fields_["key"] = std::move(key);
  }

  std::optional<XmlError> Check() {
    call_.object = Field("key");
    if (call_.object.empty()) return InvalidArgument("the form has no key: the object's name");
    const std::string bucket = Field("bucket");
    std::optional<PostPolicy> policy;
    const std::string encoded = Field("policy");
    if (!encoded.empty()) {
      const auto bytes = ParseBase64(encoded);
      if (!bytes) return BadPolicy("the policy is not in base64");
      auto parsed = PostPolicy::Parse(std::string(bytes->begin(), bytes->end()));
      if (!parsed) return BadPolicy(parsed.error().message);
      policy = std::move(*parsed);
    }
    // A form may be sent to the server's root: the Node client says so for a custom endpoint.
    if (call_.bucket.empty()) call_.bucket = bucket;
    if (call_.bucket.empty() && policy) call_.bucket = policy->bucket();
    if (call_.bucket.empty())
      return InvalidArgument("neither the address nor the form names a bucket");
    if (!bucket.empty() && bucket != call_.bucket) {
      return InvalidArgument("the form's bucket is \"" + bucket.substr(0, 100) +
                             "\", its address is of " + call_.bucket);
    }
    if (!policy) return std::nullopt;  // a form that needs no permission
    return CheckPolicy(encoded, *policy);
  }

  std::optional<XmlError> CheckPolicy(const std::string& encoded, const PostPolicy& policy) {
    SignatureChecker::Form form;
    form.algorithm = Field("x-goog-algorithm");
    form.credential = Field("x-goog-credential");
    form.date = Field("x-goog-date");
    form.signature = Field("x-goog-signature");
    form.policy = encoded;
    if (form.algorithm.empty()) {
      form.access_id = Field("googleaccessid");
      form.signature = Field("signature");
    }
    if (form.signature.empty()) {
      return InvalidArgument("the form has a policy and no signature of it");
    }
    if (auto refusal = call_.control.signers().CheckForm(form)) return refusal;
    if (call_.control.signers().Now() > policy.expiration()) {
      return XmlError{400, "ExpiredToken", "The provided token has expired.",
                      "Policy expired at: " + Rfc3339(policy.expiration())};
    }
    if (const Status checked = policy.CheckFields(fields_, call_.bucket); !checked) {
      return BadPolicy(checked.error().message);
    }
    range_ = SizeRange{policy.size_range().least, policy.size_range().most};
    return std::nullopt;
  }

  Status ReadIntent(const FormReader::File& file) {
    HYPERLOCAL_TRY(const BucketRecord bucket, call_.store.GetBucket(call_.bucket));
    intent_.content_type = Field("content-type");
    if (intent_.content_type.empty()) intent_.content_type = file.content_type;
    intent_.content_encoding = Field("content-encoding");
    intent_.content_disposition = Field("content-disposition");
    intent_.content_language = Field("content-language");
    intent_.cache_control = Field("cache-control");
    intent_.storage_class = Field("x-goog-storage-class");
    if (!intent_.storage_class.empty()) {
      HYPERLOCAL_TRY_STATUS(CheckStorageClass(intent_.storage_class));
    }
    constexpr std::string_view kMeta = "x-goog-meta-";
    for (const auto& [name, value] : fields_) {
      if (name.size() > kMeta.size() && name.starts_with(kMeta)) {
        intent_.metadata[name.substr(kMeta.size())] = value;
      }
    }
    intent_.acl = DefaultObjectAcl(bucket);
    const std::string acl = Field("acl");
    if (!acl.empty()) {
      HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
      HYPERLOCAL_TRY(intent_.acl, PredefinedAcl(JsonAclName(acl)));
    }
    return Ok();
  }

  void Answer(const ObjectRecord& object) {
    HttpResponse& response = call_.response;
    const std::string etag = XmlEtag(object);
    response.headers.Add("ETag", etag);
    response.headers.Add("x-goog-generation", std::to_string(object.generation));
    std::string redirect = Field("success_action_redirect");
    if (redirect.find_first_of("\r\n") != std::string::npos) redirect.clear();
    if (!redirect.empty()) {
      redirect += redirect.find('?') == std::string::npos ? '?' : '&';
      redirect += "bucket=" + PercentEncode(call_.bucket) + "&key=" + PercentEncode(call_.object) +
                  "&etag=" + PercentEncode(etag);
      response.status = 303;
      response.headers.Add("Location", std::move(redirect));
      return;
    }
    const std::string status = Field("success_action_status");
    response.status = status == "200" ? 200 : status == "201" ? 201 : 204;
    const std::string url = XmlUrl(call_, call_.object);
    response.headers.Add("Location", url);
    if (response.status != 201) return;
    XmlWriter xml;
    xml.Begin("PostResponse");
    xml.Element("Location", url);
    xml.Element("Bucket", call_.bucket);
    xml.Element("Key", call_.object);
    xml.Element("ETag", etag);
    xml.End();
    AnswerXml(call_, std::move(xml).Take());
  }

  GcsCall& call_;
  FormFields fields_;
  bool has_file_ = false;
  std::optional<XmlError> refusal_;
  SizeRange range_;
  ObjectFields intent_;
  std::unique_ptr<ContentWriter> content_;
  std::uint64_t size_ = 0;
};

}  // namespace

Status PostObjectXml(GcsCall& call) {
  PostedForm form(call);
  FormReader::Sink sink;
  sink.field = [&form](std::string_view name, std::string value) {
    return form.TakeField(name, std::move(value));
  };
  sink.file = [&form](const FormReader::File& file) { return form.TakeFile(file); };
  sink.bytes = [&form](std::string_view bytes) { return form.TakeBytes(bytes); };
  HYPERLOCAL_TRY(const std::unique_ptr<FormReader> reader,
                 FormReader::Create(call.Header("Content-Type"), std::move(sink)));
  HYPERLOCAL_TRY_STATUS(
      call.request->ReadBody([&reader](std::string_view bytes) { return reader->Push(bytes); }));
  HYPERLOCAL_TRY_STATUS(reader->Finish());
  return form.Finish();
}

}  // namespace hyperlocal::gcs
