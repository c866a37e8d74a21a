// The functions of cnats that are used, each passing its call on to the library itself.
#include "flow/sinks/nats/libnats.h"

#include <nats/nats.h>

#include "flow/sinks/late_library.h"

namespace weir::flow::nats {
namespace {

// The structures that are passed have the size of this version's.
const LateLibrary& library() {
  static const LateLibrary library("libnats.so.3.4", "NATS", "libnats3.4");
  return library;
}

}  // namespace

Status load_libnats() { return library().load(); }

}  // namespace weir::flow::nats

#define PASS_ON(...) PASS_ON_TO(weir::flow::nats::library, __VA_ARGS__)

PASS_ON(natsStatus, natsOptions_Create, (natsOptions * *made), (made))
PASS_ON(void, natsOptions_Destroy, (natsOptions * options), (options))
PASS_ON(natsStatus, natsOptions_SetServers, (natsOptions * options, const char** list, int count),
        (options, list, count))
PASS_ON(natsStatus, natsOptions_SetName, (natsOptions * options, const char* name), (options, name))
PASS_ON(natsStatus, natsOptions_SetTimeout, (natsOptions * options, int64_t ms), (options, ms))
PASS_ON(natsStatus, natsOptions_SetMaxReconnect, (natsOptions * options, int most), (options, most))
PASS_ON(natsStatus, natsOptions_SetReconnectWait, (natsOptions * options, int64_t ms),
        (options, ms))
PASS_ON(natsStatus, natsOptions_SetPingInterval, (natsOptions * options, int64_t ms), (options, ms))
PASS_ON(natsStatus, natsOptions_SetUserInfo,
        (natsOptions * options, const char* user, const char* password), (options, user, password))
PASS_ON(natsStatus, natsOptions_SetUserCredentialsFromFiles,
        (natsOptions * options, const char* user_or_chained, const char* seed),
        (options, user_or_chained, seed))
PASS_ON(natsStatus, natsOptions_SetSecure, (natsOptions * options, bool secure), (options, secure))
PASS_ON(natsStatus, natsOptions_LoadCATrustedCertificates,
        (natsOptions * options, const char* file), (options, file))
PASS_ON(natsStatus, natsOptions_LoadCertificatesChain,
        (natsOptions * options, const char* certificate, const char* key),
        (options, certificate, key))
PASS_ON(natsStatus, natsOptions_SetExpectedHostname, (natsOptions * options, const char* host),
        (options, host))
PASS_ON(natsStatus, natsConnection_Connect, (natsConnection * *made, natsOptions* options),
        (made, options))
PASS_ON(void, natsConnection_Destroy, (natsConnection * connection), (connection))
PASS_ON(natsConnStatus, natsConnection_Status, (natsConnection * connection), (connection))
PASS_ON(natsStatus, natsConnection_Flush, (natsConnection * connection), (connection))
PASS_ON(int64_t, natsConnection_GetMaxPayload, (natsConnection * connection), (connection))
PASS_ON(natsStatus, natsConnection_JetStream,
        (jsCtx * *made, natsConnection* connection, jsOptions* options),
        (made, connection, options))
PASS_ON(void, jsCtx_Destroy, (jsCtx * context), (context))
PASS_ON(natsStatus, jsOptions_Init, (jsOptions * options), (options))
PASS_ON(natsStatus, jsPubOptions_Init, (jsPubOptions * options), (options))
PASS_ON(natsStatus, jsStreamConfig_Init, (jsStreamConfig * config), (config))
PASS_ON(natsStatus, js_GetStreamInfo,
        (jsStreamInfo * *info, jsCtx* context, const char* stream, jsOptions* options,
         jsErrCode* code),
        (info, context, stream, options, code))
PASS_ON(natsStatus, js_AddStream,
        (jsStreamInfo * *info, jsCtx* context, jsStreamConfig* config, jsOptions* options,
         jsErrCode* code),
        (info, context, config, options, code))
PASS_ON(void, jsStreamInfo_Destroy, (jsStreamInfo * info), (info))
PASS_ON(natsStatus, js_PublishAsync,
        (jsCtx * context, const char* subject, const void* data, int size, jsPubOptions* options),
        (context, subject, data, size, options))
PASS_ON(void, natsMsg_Destroy, (natsMsg * message), (message))
PASS_ON(const char*, natsStatus_GetText, (natsStatus status), (status))
PASS_ON(const char*, nats_GetLastError, (natsStatus * status), (status))
