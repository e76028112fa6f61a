#include "flowcef/sink/tls_context.hpp"

#include <fstream>

#include "support/tls_fixture.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using TlsContextTest = test::TlsFixture;

struct BadFileCase {
  const char* name;
  const char* ca;
  const char* certificate;
  const char* key;
  const char* text;
};

class TlsContextFiles : public TlsContextTest, public testing::WithParamInterface<BadFileCase> {};

TEST_P(TlsContextFiles, AreNamedWhenTheyCannotBeUsed) {
  std::ofstream(certificates_.file("garbage.pem")) << "not a certificate\n";
  make_certificate("rsa", {.rsa = true});
  const auto file = [this](const char* name) { return *name ? certificates_.file(name) : std::string(); };
  config_.ca = file(GetParam().ca);
  config_.certificate = file(GetParam().certificate);
  config_.key = file(GetParam().key);
  try {
    const TlsContext context(config_, "localhost");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().text));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bad, TlsContextFiles,
    testing::Values(BadFileCase{"MissingCa", "nowhere.pem", "", "", "nowhere.pem: no such file"},
                    BadFileCase{"GarbageCa", "garbage.pem", "", "", "tls.ca"},
                    BadFileCase{"MissingCertificate", "ca.pem", "nowhere.pem", "client.key", "tls.certificate"},
                    BadFileCase{"GarbageCertificate", "ca.pem", "garbage.pem", "client.key", "tls.certificate"},
                    BadFileCase{"MissingKey", "ca.pem", "client.pem", "nowhere.key", "tls.key"},
                    BadFileCase{"KeyOfAnother", "ca.pem", "client.pem", "server.key", "key values mismatch"},
                    BadFileCase{"KeyOfAnotherKind", "ca.pem", "client.pem", "rsa.key", "tls.key"},
                    BadFileCase{"KeyAlone", "ca.pem", "", "client.key", "without tls.certificate"}),
    [](const auto& param) { return param.param.name; });

struct ExpiryCase {
  const char* name;
  long leaf, issuer;  ///< days
  const char* warning;
};

class TlsContextExpiry : public TlsContextTest, public testing::WithParamInterface<ExpiryCase> {};

// PX-12
TEST_P(TlsContextExpiry, OfOurChainIsKnownAndWarnedOf) {
  constexpr long kHour = 3600, kDay = 86'400;
  make_certificate("leaf", {.begins_in = -900 * kDay, .expires_in = GetParam().leaf * kDay + kHour});
  make_certificate("issuer", {.begins_in = -900 * kDay, .expires_in = GetParam().issuer * kDay + kHour});
  std::ofstream(certificates_.file("leaf.pem"), std::ios::app)
      << std::ifstream(certificates_.file("issuer.pem")).rdbuf();
  config_.certificate = certificates_.file("leaf.pem");
  config_.key = certificates_.file("leaf.key");
  const TlsContext context(config_, "localhost");
  const auto now = std::chrono::system_clock::now();
  ASSERT_TRUE(context.certificate_expires().has_value());
  EXPECT_EQ(days_left(*context.certificate_expires(), now), std::min(GetParam().leaf, GetParam().issuer));
  const auto warnings = context.warnings(now);
  if (*GetParam().warning == '\0') {
    EXPECT_THAT(warnings, IsEmpty());
  } else {
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("tls.certificate " + config_.certificate + GetParam().warning)));
  }
}

INSTANTIATE_TEST_SUITE_P(Dates, TlsContextExpiry,
                         testing::Values(ExpiryCase{"Far", 90, 90, ""}, ExpiryCase{"JustFarEnough", 31, 90, ""},
                                         ExpiryCase{"Leaf", 30, 90, " expires on "},
                                         ExpiryCase{"Issuer", 90, 3, " expires on "},
                                         ExpiryCase{"Past", -2, 90, " has expired on "}),
                         [](const auto& param) { return param.param.name; });

TEST_F(TlsContextTest, WithoutCertificateNothingExpires) {
  const TlsContext context(config_, "localhost");
  EXPECT_FALSE(context.certificate_expires().has_value());
  EXPECT_THAT(context.warnings(std::chrono::system_clock::now()), IsEmpty());
}

TEST_F(TlsContextTest, MissingCheckIsWarnedOfButNotAPin) {
  config_.verify = false;
  const auto now = std::chrono::system_clock::now();
  EXPECT_THAT(TlsContext(config_, "localhost").warnings(now), ElementsAre("the receiver's certificate is not checked"));
  config_.fingerprints = {std::string(64, 'a')};
  EXPECT_THAT(TlsContext(config_, "localhost").warnings(now), IsEmpty());
}

}  // namespace
}  // namespace flowcef
