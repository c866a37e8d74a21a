// A cluster of three Kafka brokers inside one process, librdkafka's own, for tests: it says where
// it is and obeys words on standard input. `down` and `up` are of all brokers; `read TOPIC` prints
// identity, key and text of each message, parted by tabs, and a dot at the end.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

namespace {

constexpr int kBrokers = 3;
constexpr int kPartitions = 4;
constexpr int kPatienceMs = 10'000;

rd_kafka_t* make(rd_kafka_type_t type, const std::string& bootstrap) {
  char why[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  const auto set = [&](const char* name, const char* value) {
    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
      std::fprintf(stderr, "%s\n", why);
  };
  if (type == RD_KAFKA_CONSUMER) {
    set("bootstrap.servers", bootstrap.c_str());
    set("group.id", "reader");
    set("enable.partition.eof", "true");
    set("auto.offset.reset", "earliest");
  }
  rd_kafka_t* const made = rd_kafka_new(type, conf, why, sizeof why);
  if (made == nullptr) std::fprintf(stderr, "%s\n", why);
  return made;
}

std::string_view identity_of(const rd_kafka_message_t* message) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, "weir-id", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};
  return {static_cast<const char*>(value), size};
}

void read_topic(const std::string& bootstrap, const std::string& topic) {
  rd_kafka_t* const consumer = make(RD_KAFKA_CONSUMER, bootstrap);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* const all = rd_kafka_topic_partition_list_new(kPartitions);
  for (int i = 0; i < kPartitions; ++i)
    rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, all);
  for (int ended = 0; ended < kPartitions;) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(consumer, kPatienceMs);
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      std::cout << identity_of(message) << '\t'
                << std::string_view(static_cast<const char*>(message->key), message->key_len)
                << '\t'
                << std::string_view(static_cast<const char*>(message->payload), message->len)
                << '\n';
    rd_kafka_message_destroy(message);
  }
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  std::cout << '.' << std::endl;
}

}  // namespace

int main() {
  rd_kafka_t* const host = make(RD_KAFKA_PRODUCER, "");
  if (host == nullptr) return 1;
  rd_kafka_mock_cluster_t* const cluster = rd_kafka_mock_cluster_new(host, kBrokers);
  rd_kafka_mock_topic_create(cluster, "dns", kPartitions, kBrokers);
  const std::string bootstrap = rd_kafka_mock_cluster_bootstraps(cluster);
  std::cout << bootstrap << std::endl;
  for (std::string word; std::cin >> word;) {
    for (int broker = 1; broker <= kBrokers; ++broker) {
      if (word == "down") rd_kafka_mock_broker_set_down(cluster, broker);
      if (word == "up") rd_kafka_mock_broker_set_up(cluster, broker);
    }
    if (word == "read" && std::cin >> word)
      read_topic(bootstrap, word);
    else
      std::cout << '.' << std::endl;
  }
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(host);
  return 0;
}
