// The functions of librdkafka that are used, each passing its call on to the library itself.
#include "flow/sinks/kafka/librdkafka.h"

#include <librdkafka/rdkafka.h>

#include "flow/sinks/late_library.h"

namespace weir::flow::kafka {
namespace {

// All that is called is of 2019 or older.
const LateLibrary& library() {
  static const LateLibrary library("librdkafka.so.1", "Kafka", "librdkafka1");
  return library;
}

}  // namespace

Status load_librdkafka() { return library().load(); }

}  // namespace weir::flow::kafka

#define PASS_ON(...) PASS_ON_TO(weir::flow::kafka::library, __VA_ARGS__)

PASS_ON(rd_kafka_conf_t*, rd_kafka_conf_new, (void), ())
PASS_ON(void, rd_kafka_conf_destroy, (rd_kafka_conf_t * conf), (conf))
PASS_ON(rd_kafka_conf_res_t, rd_kafka_conf_set,
        (rd_kafka_conf_t * conf, const char* name, const char* value, char* why, size_t size),
        (conf, name, value, why, size))
PASS_ON(void, rd_kafka_conf_set_dr_msg_cb,
        (rd_kafka_conf_t * conf,
         void (*callback)(rd_kafka_t* producer, const rd_kafka_message_t* message, void* opaque)),
        (conf, callback))
PASS_ON(void, rd_kafka_conf_set_error_cb,
        (rd_kafka_conf_t * conf,
         void (*callback)(rd_kafka_t* producer, int code, const char* why, void* opaque)),
        (conf, callback))
PASS_ON(void, rd_kafka_conf_set_log_cb,
        (rd_kafka_conf_t * conf, void (*callback)(const rd_kafka_t* producer, int level,
                                                  const char* facility, const char* text)),
        (conf, callback))
PASS_ON(void, rd_kafka_conf_set_opaque, (rd_kafka_conf_t * conf, void* opaque), (conf, opaque))
PASS_ON(rd_kafka_t*, rd_kafka_new,
        (rd_kafka_type_t type, rd_kafka_conf_t* conf, char* why, size_t size),
        (type, conf, why, size))
PASS_ON(void, rd_kafka_destroy, (rd_kafka_t * producer), (producer))
PASS_ON(rd_kafka_resp_err_t, rd_kafka_metadata,
        (rd_kafka_t * producer, int all_topics, rd_kafka_topic_t* only,
         const struct rd_kafka_metadata** metadata, int timeout_ms),
        (producer, all_topics, only, metadata, timeout_ms))
PASS_ON(void, rd_kafka_metadata_destroy, (const struct rd_kafka_metadata* metadata), (metadata))
PASS_ON(rd_kafka_error_t*, rd_kafka_produceva,
        (rd_kafka_t * producer, const rd_kafka_vu_t* values, size_t count),
        (producer, values, count))
PASS_ON(int, rd_kafka_poll, (rd_kafka_t * producer, int timeout_ms), (producer, timeout_ms))
PASS_ON(rd_kafka_resp_err_t, rd_kafka_purge, (rd_kafka_t * producer, int flags), (producer, flags))
PASS_ON(rd_kafka_error_t*, rd_kafka_init_transactions, (rd_kafka_t * producer, int timeout_ms),
        (producer, timeout_ms))
PASS_ON(rd_kafka_error_t*, rd_kafka_begin_transaction, (rd_kafka_t * producer), (producer))
PASS_ON(rd_kafka_error_t*, rd_kafka_commit_transaction, (rd_kafka_t * producer, int timeout_ms),
        (producer, timeout_ms))
PASS_ON(rd_kafka_error_t*, rd_kafka_abort_transaction, (rd_kafka_t * producer, int timeout_ms),
        (producer, timeout_ms))
PASS_ON(rd_kafka_resp_err_t, rd_kafka_error_code, (const rd_kafka_error_t* error), (error))
PASS_ON(const char*, rd_kafka_error_string, (const rd_kafka_error_t* error), (error))
PASS_ON(void, rd_kafka_error_destroy, (rd_kafka_error_t * error), (error))
PASS_ON(const char*, rd_kafka_err2str, (rd_kafka_resp_err_t code), (code))
PASS_ON(rd_kafka_resp_err_t, rd_kafka_fatal_error, (rd_kafka_t * producer, char* why, size_t size),
        (producer, why, size))
