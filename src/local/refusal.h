/* SPDX-License-Identifier: MIT */
/* refusal.h - what S3 says when it says no: a code that programs look at, a sentence for people, and details.
 *
 * Codes and sentences are Amazon's ("Error responses", S3 API Reference), because clients decide by them whether to try
 * again, to create a bucket, or to give up. */
#ifndef INK_LOCAL_REFUSAL_H
#define INK_LOCAL_REFUSAL_H

#include "base/arena.h"
#include "base/buffer.h"

/* id, code, HTTP status, sentence */
#define INK_REFUSE_MAP(X)                                                                                              \
    X(NONE, "", 200, "")                                                                                               \
    X(ACCESS_DENIED, "AccessDenied", 403, "Access Denied")                                                             \
    X(ACL_NOT_SUPPORTED, "AccessControlListNotSupported", 400, "The bucket does not allow ACLs")                       \
    X(AUTH_HEADER, "AuthorizationHeaderMalformed", 400, "The authorization header is malformed.")                      \
    X(AUTH_QUERY, "AuthorizationQueryParametersError", 400, "The query parameters of the signature are malformed.")    \
    X(BAD_DIGEST, "BadDigest", 400, "The Content-MD5 you specified did not match what we received.")                   \
    X(BUCKET_EXISTS, "BucketAlreadyOwnedByYou", 409,                                                                   \
      "Your previous request to create the named bucket succeeded and you already own it.")                            \
    X(BUCKET_NOT_EMPTY, "BucketNotEmpty", 409, "The bucket you tried to delete is not empty")                          \
    X(FULL, "InsufficientStorage", 507, "The disk of the local cloud is full; nothing was changed.")                   \
    X(INCOMPLETE_BODY, "IncompleteBody", 400,                                                                          \
      "You did not provide the number of bytes specified by the Content-Length HTTP header")                           \
    X(INTERNAL, "InternalError", 500, "We encountered an internal error. Please try again.")                           \
    X(INVALID_ACCESS_KEY, "InvalidAccessKeyId", 403,                                                                   \
      "The AWS Access Key Id you provided does not exist in our records.")                                             \
    X(INVALID_ARGUMENT, "InvalidArgument", 400, "Invalid Argument")                                                    \
    X(INVALID_BUCKET, "InvalidBucketName", 400, "The specified bucket is not valid.")                                  \
    X(INVALID_DIGEST, "InvalidDigest", 400, "The Content-MD5 you specified was invalid.")                              \
    X(INVALID_PART, "InvalidPart", 400,                                                                                \
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified " \
      "entity tag may not match the part's entity tag.")                                                               \
    X(INVALID_PART_ORDER, "InvalidPartOrder", 400,                                                                     \
      "The list of parts was not in ascending order. Parts must be ordered by part number.")                           \
    X(INVALID_RANGE, "InvalidRange", 416, "The requested range is not satisfiable")                                    \
    X(INVALID_REQUEST, "InvalidRequest", 400, "Invalid Request")                                                       \
    X(INVALID_URI, "InvalidURI", 400, "Couldn't parse the specified URI.")                                             \
    X(KEY_TOO_LONG, "KeyTooLongError", 400, "Your key is too long")                                                    \
    X(MALFORMED_XML, "MalformedXML", 400,                                                                              \
      "The XML you provided was not well-formed or did not validate against our published schema")                     \
    X(MESSAGE_TOO_LONG, "MaxMessageLengthExceeded", 400, "Your request was too big.")                                  \
    X(METADATA_TOO_LARGE, "MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size")   \
    X(METHOD_NOT_ALLOWED, "MethodNotAllowed", 405, "The specified method is not allowed against this resource.")       \
    X(MISSING_LENGTH, "MissingContentLength", 411, "You must provide the Content-Length HTTP header.")                 \
    X(NO_BUCKET, "NoSuchBucket", 404, "The specified bucket does not exist")                                           \
    X(NO_BUCKET_POLICY, "NoSuchBucketPolicy", 404, "The bucket policy does not exist")                                 \
    X(NO_CORS, "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist")                                \
    X(NO_ENCRYPTION, "ServerSideEncryptionConfigurationNotFoundError", 404,                                            \
      "The server side encryption configuration was not found")                                                        \
    X(NO_KEY, "NoSuchKey", 404, "The specified key does not exist.")                                                   \
    X(NO_LIFECYCLE, "NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist")                 \
    X(NO_OBJECT_LOCK, "ObjectLockConfigurationNotFoundError", 404,                                                     \
      "Object Lock configuration does not exist for this bucket")                                                      \
    X(NO_OWNERSHIP, "OwnershipControlsNotFoundError", 404, "The bucket ownership controls were not found")             \
    X(NO_PUBLIC_BLOCK, "NoSuchPublicAccessBlockConfiguration", 404,                                                    \
      "The public access block configuration was not found")                                                           \
    X(NO_REPLICATION, "ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found")     \
    X(NO_TAGS, "NoSuchTagSet", 404, "The TagSet does not exist")                                                       \
    X(NO_UPLOAD, "NoSuchUpload", 404,                                                                                  \
      "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "     \
      "completed.")                                                                                                    \
    X(NO_VERSION, "NoSuchVersion", 404, "The specified version does not exist.")                                       \
    X(NO_WEBSITE, "NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration")     \
    X(NOT_IMPLEMENTED, "NotImplemented", 501, "A header you provided implies functionality that is not implemented")   \
    X(NOT_MODIFIED, "NotModified", 304, "Not Modified")                                                                \
    X(PRECONDITION, "PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")        \
    X(SHA256_MISMATCH, "XAmzContentSHA256Mismatch", 400,                                                               \
      "The provided 'x-amz-content-sha256' header does not match what was computed.")                                  \
    X(SIGNATURE, "SignatureDoesNotMatch", 403,                                                                         \
      "The request signature we calculated does not match the signature you provided. Check your key and signing "     \
      "method.")                                                                                                       \
    X(SKEWED, "RequestTimeTooSkewed", 403,                                                                             \
      "The difference between the request time and the current time is too large.")                                    \
    X(TOO_LARGE, "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")                       \
    X(TOO_SMALL, "EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")               \
    X(UNAVAILABLE, "ServiceUnavailable", 503, "Please reduce your request rate.")

enum ink_refuse {
#define X(id, code, status, sentence) INK_REFUSE_##id,
    INK_REFUSE_MAP(X)
#undef X
};

enum { INK_REFUSAL_DETAILS_MAX = 8 };

struct ink_refusal {
    enum ink_refuse code;
    const char *message; /* NULL: the code's own sentence */
    struct {
        const char *name, *value;
    } details[INK_REFUSAL_DETAILS_MAX];
    size_t count;
};

/* Keeps the first refusal: what comes later is a consequence of it. message may be NULL; constant or in the request's
 * arena. Always false, so that a check can end with it. */
bool ink_refuse(struct ink_refusal *refusal, enum ink_refuse code, const char *message);

/* Adds <name>value</name>; a NULL value adds nothing. */
void ink_refuse_detail(struct ink_refusal *refusal, const char *name, const char *value);

unsigned ink_refusal_status(const struct ink_refusal *refusal);
const char *ink_refusal_code(const struct ink_refusal *refusal);
const char *ink_refusal_message(const struct ink_refusal *refusal);

/* The <Error> document. */
void ink_refusal_write(const struct ink_refusal *refusal, const char *resource, const char *request_id,
                       struct ink_buffer *out);

#endif
