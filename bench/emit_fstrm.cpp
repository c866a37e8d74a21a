// The same through libfstrm's I/O thread, packed by protobuf-c into memory of its own as unbound
// and BIND do: emit_fstrm PATH THREADS CALLS. Each thread has an input queue of the largest size.
#include <fstrm.h>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include "dnstap.pb-c.h"
#include "emit_load.h"

namespace {

template <typename Octets>
ProtobufCBinaryData binary(const Octets& octets) {
  return {sizeof octets, const_cast<std::uint8_t*>(octets)};
}

const std::uint8_t kIdentity[] = {'b', 'e', 'n', 'c', 'h'};
const std::uint8_t kVersion[] = {'f', 's', 't', 'r', 'm'};

void fill(Dnstap__Message& message) {
  message.type = 5;
  message.has_socket_family = message.has_socket_protocol = 1;
  message.socket_family = message.socket_protocol = 1;
  message.has_query_address = message.has_response_address = 1;
  message.query_address = binary(emit_load::kClient);
  message.response_address = binary(emit_load::kServer);
  message.has_query_port = message.has_response_port = 1;
  message.query_port = 54321;
  message.response_port = 53;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  message.has_query_time_sec = message.has_query_time_nsec = 1;
  message.query_time_sec = static_cast<std::uint64_t>(now.tv_sec);
  message.query_time_nsec = static_cast<std::uint32_t>(now.tv_nsec);
  message.has_query_message = 1;
  message.query_message = binary(emit_load::kQuery);
}

bool emit(fstrm_iothr* thread, fstrm_iothr_queue* queue) {
  Dnstap__Message message = DNSTAP__MESSAGE__INIT;
  fill(message);
  Dnstap__Dnstap envelope = DNSTAP__DNSTAP__INIT;
  envelope.has_identity = envelope.has_version = 1;
  envelope.identity = binary(kIdentity);
  envelope.version = binary(kVersion);
  envelope.type = 1;
  envelope.message = &message;
  const std::size_t size = dnstap__dnstap__get_packed_size(&envelope);
  auto* const packed = static_cast<std::uint8_t*>(std::malloc(size));
  dnstap__dnstap__pack(&envelope, packed);
  if (fstrm_iothr_submit(thread, queue, packed, size, fstrm_free_wrapper, nullptr) ==
      fstrm_res_success)
    return true;
  std::free(packed);
  return false;
}

fstrm_iothr* start(const char* path, int threads) {
  fstrm_unix_writer_options* const to = fstrm_unix_writer_options_init();
  fstrm_unix_writer_options_set_socket_path(to, path);
  fstrm_writer_options* const how = fstrm_writer_options_init();
  fstrm_writer_options_add_content_type(how, "protobuf:dnstap.Dnstap", 22);
  fstrm_writer* writer = fstrm_unix_writer_init(to, how);
  fstrm_iothr_options* const options = fstrm_iothr_options_init();
  fstrm_iothr_options_set_num_input_queues(options, static_cast<unsigned>(threads));
  fstrm_iothr_options_set_input_queue_size(options, FSTRM_IOTHR_INPUT_QUEUE_SIZE_MAX);
  return fstrm_iothr_init(options, &writer);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int threads = std::atoi(argv[2]);
  fstrm_iothr* thread = start(argv[1], threads);
  std::atomic<long> lost{0};
  emit_load::run(
      threads, std::atol(argv[3]),
      [&] {
        return [&lost, thread, queue = fstrm_iothr_get_input_queue(thread)] {
          if (!emit(thread, queue)) ++lost;
        };
      },
      [&] {
        fstrm_iothr_destroy(&thread);
        return lost.load();
      });
}
