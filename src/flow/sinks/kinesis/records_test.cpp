// Bodies of requests octet by octet, and answers of every kind.
#include "flow/sinks/kinesis/records.h"

#include <gtest/gtest.h>

namespace weir::flow::kinesis {
namespace {

TEST(KinesisRecords, a_body_has_data_in_base64_by_the_vectors_of_RFC_4648) {
  const std::vector<Record> records = {{"k", ""},     {"k", "f"},     {"k", "fo"},     {"k", "foo"},
                                       {"k", "foob"}, {"k", "fooba"}, {"\"", "foobar"}};
  EXPECT_EQ(put_records_body("dns", records),
            R"({"StreamName":"dns","Records":[)"
            R"({"Data":"","PartitionKey":"k"},{"Data":"Zg==","PartitionKey":"k"},)"
            R"({"Data":"Zm8=","PartitionKey":"k"},{"Data":"Zm9v","PartitionKey":"k"},)"
            R"({"Data":"Zm9vYg==","PartitionKey":"k"},{"Data":"Zm9vYmE=","PartitionKey":"k"},)"
            R"({"Data":"Zm9vYmFy","PartitionKey":"\""}]})");
  EXPECT_EQ(put_records_body("s", {}), R"({"StreamName":"s","Records":[]})");
}

TEST(KinesisRecords, W24_an_answer_says_which_records_failed) {
  const auto answer = parse_answer(
      R"({"FailedRecordCount":2,"Records":[{"SequenceNumber":"1","ShardId":"s"},)"
      R"({"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"slow"},)"
      R"({"SequenceNumber":"2","ShardId":"s"},{"ErrorCode":"InternalFailure"}]})",
      4);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->failed, (std::vector<size_t>{1, 3}));
  EXPECT_EQ(answer->throttled, 1U);
  EXPECT_EQ(answer->what, "ProvisionedThroughputExceededException");
}

TEST(KinesisRecords, what_is_no_answer_to_so_many_is_none) {
  EXPECT_FALSE(parse_answer("", 1));
  EXPECT_FALSE(parse_answer("<html>", 1));
  EXPECT_FALSE(parse_answer(R"({"Records":{}})", 1));
  EXPECT_FALSE(parse_answer(R"({"Records":[{"SequenceNumber":"1"}]})", 2));
  EXPECT_TRUE(parse_answer(R"({"Records":[]})", 0));
}

TEST(KinesisRecords, an_error_is_told_by_its_type_and_words) {
  EXPECT_EQ(parse_error(R"({"__type":"com.amazonaws#ResourceNotFoundException","message":"no"})"),
            "ResourceNotFoundException: no");
  EXPECT_EQ(parse_error(R"({"__type":"AccessDenied","Message":"no"})"), "AccessDenied: no");
  EXPECT_EQ(parse_error("plain"), "plain");
  EXPECT_EQ(parse_error(std::string(1000, 'x')).size(), 200U);
}

}  // namespace
}  // namespace weir::flow::kinesis
