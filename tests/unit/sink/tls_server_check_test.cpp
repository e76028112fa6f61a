#include "flowcef/sink/tls_server_check.hpp"

#include "support/tls_fixture.hpp"

// PX-12: who the receiver is.
namespace flowcef {
namespace {

using testing::HasSubstr;
using testing::Not;

using TlsServerCheckTest = test::TlsFixture;

struct NameCase {
  const char* name;
  const char* host;
  const char* server_name;
  const char* failure;  ///< empty: accepted
};

class TlsServerName : public TlsServerCheckTest, public testing::WithParamInterface<NameCase> {};

TEST_P(TlsServerName, IsCheckedAgainstTheCertificate) {
  config_.server_name = GetParam().server_name;
  make(GetParam().host);
  handshake();
  if (*GetParam().failure == '\0') {
    EXPECT_EQ(client_status_, Status::secured) << client_->error();
  } else {
    EXPECT_EQ(client_status_, Status::failed);
    EXPECT_THAT(client_->error(), HasSubstr(GetParam().failure));
    EXPECT_THAT(client_->error(), HasSubstr("tls.server_name"));
    EXPECT_EQ(server_status_, Status::failed) << "it is told by an alert";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Names, TlsServerName,
    testing::Values(NameCase{"Dns", "localhost", "", ""}, NameCase{"Ipv4", "127.0.0.1", "", ""},
                    NameCase{"Ipv6", "::1", "", ""}, NameCase{"NameOfItsOwn", "192.0.2.1", "localhost", ""},
                    NameCase{"OtherDns", "siem.example", "", "hostname mismatch"},
                    NameCase{"OtherIp", "127.0.0.2", "", "IP address mismatch"},
                    NameCase{"OtherNameOfItsOwn", "localhost", "siem.example", "hostname mismatch"}),
    [](const auto& param) { return param.param.name; });

TEST_F(TlsServerCheckTest, UnknownAuthorityIsRefused) {
  const test::Certificates others;
  config_.ca = others.file("ca.pem");
  make("localhost");
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_EQ(client_->error(),
            "certificate check failed: unable to get local issuer certificate: CN=flowcef test server, issued by "
            "CN=flowcef test "
            "authority (set tls.ca to the authority that issued it: " +
                config_.ca + " is not)");
}

TEST_F(TlsServerCheckTest, SystemAuthoritiesDoNotKnowOurs) {
  config_.ca.clear();
  make("localhost");
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("tls.ca"));
}

TEST_F(TlsServerCheckTest, ChecksCanBeSwitchedOff) {
  config_.verify = false;
  config_.ca.clear();
  make("siem.example");
  handshake();
  EXPECT_EQ(client_status_, Status::secured) << client_->error();
}

struct DateCase {
  const char* name;
  long begins_in, expires_in;
  const char* error;
};

class TlsServerDates : public TlsServerCheckTest, public testing::WithParamInterface<DateCase> {};

TEST_P(TlsServerDates, AreToldWithTheCertificate) {
  const auto made = make_certificate("dated", {.begins_in = GetParam().begins_in, .expires_in = GetParam().expires_in});
  make("localhost", {.certificate = "dated"});
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  const bool expired = GetParam().expires_in < 0;
  const auto date = expired ? certificate_expires(made.certificate()) : certificate_begins(made.certificate());
  EXPECT_THAT(client_->error(), HasSubstr(GetParam().error + certificate_date(*date) +
                                          ": CN=localhost, issued by CN=flowcef test authority"));
  EXPECT_THAT(client_->error(), HasSubstr("clock"));
}

INSTANTIATE_TEST_SUITE_P(Wrong, TlsServerDates,
                         testing::Values(DateCase{"Expired", -100L * 86'400, -40L * 86'400, "has expired on "},
                                         DateCase{"NotYetValid", 40L * 86'400, 80L * 86'400, "not yet valid until "}),
                         [](const auto& param) { return param.param.name; });

TEST_F(TlsServerCheckTest, NamesThatWouldDoAreTold) {
  make("siem.example");
  handshake();
  EXPECT_THAT(client_->error(), HasSubstr("; it is for localhost, 127.0.0.1, ::1 and not for siem.example"));
}

TEST_F(TlsServerCheckTest, SelfSignedCertificateIsToldWithItsFingerprint) {
  const auto made = make_certificate("alone", {}, true);
  make("localhost", {.certificate = "alone"});
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_THAT(client_->error(),
              HasSubstr("tls.fingerprint to " + fingerprint_setting(certificate_sha256(made.certificate()))));
}

TEST_F(TlsServerCheckTest, HostileNamesAreEscaped) {
  make_certificate("hostile", {.subject = "a\"\n2026 error b"});
  make("siem.example", {.certificate = "hostile"});
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("CN=a\\\"\\0A2026 error b"));
  EXPECT_THAT(client_->error(), Not(HasSubstr("\n")));
}

struct PinCase {
  const char* name;
  test::CertificateOptions certificate;
  bool self_signed;
  bool with_ca;
  bool verify;
  std::vector<std::string> fingerprints;  ///< `THIS` stands for the server's
  const char* error;                      ///< empty: accepted
};

class TlsServerPin : public TlsServerCheckTest, public testing::WithParamInterface<PinCase> {};

const std::string kOther(64, 'a');
constexpr const char* kMismatch = "the receiver's certificate has none of tls.fingerprint but ";

TEST_P(TlsServerPin, IsCheckedBesideChainAndName) {
  const auto made = make_certificate("pinned", GetParam().certificate, GetParam().self_signed);
  const std::string hex = certificate_sha256(made.certificate());
  config_.fingerprints = GetParam().fingerprints;
  for (std::string& fingerprint : config_.fingerprints) {
    if (fingerprint == "THIS") fingerprint = hex;
  }
  if (!GetParam().with_ca) config_.ca.clear();
  config_.verify = GetParam().verify;
  make("localhost", {.certificate = "pinned"});
  handshake();
  if (*GetParam().error == '\0') {
    EXPECT_EQ(client_status_, Status::secured) << client_->error();
    return;
  }
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_EQ(server_status_, Status::failed) << "it is told by an alert";
  const std::string shown = std::string_view(GetParam().error) == kMismatch ? fingerprint_setting(hex) : "";
  EXPECT_THAT(client_->error(), HasSubstr(GetParam().error + shown));
}

const test::CertificateOptions kGood{};
const test::CertificateOptions kExpired{.begins_in = -80L * 86'400, .expires_in = -40L * 86'400};
const test::CertificateOptions kOtherName{.name = "siem.example"};

INSTANTIATE_TEST_SUITE_P(
    Pins, TlsServerPin,
    testing::Values(PinCase{"SelfSigned", kGood, true, false, true, {"THIS"}, ""},
                    PinCase{"OneOfTwo", kGood, true, false, true, {kOther, "THIS"}, ""},
                    PinCase{"AloneIsTheWholeCheckOfDates", kExpired, true, false, true, {"THIS"}, ""},
                    PinCase{"AloneIsTheWholeCheckOfNames", kOtherName, false, false, true, {"THIS"}, ""},
                    PinCase{"OfAnother", kGood, true, false, true, {kOther}, kMismatch},
                    PinCase{"OfAnotherWithCa", kGood, false, true, true, {kOther}, kMismatch},
                    PinCase{"OfAnotherWithoutVerify", kGood, false, true, false, {kOther}, kMismatch},
                    PinCase{"WithCa", kGood, false, true, true, {"THIS"}, ""},
                    PinCase{"WithCaAndAnotherName", kOtherName, false, true, true, {"THIS"}, "hostname mismatch"},
                    PinCase{"WithCaAndSelfSigned", kGood, true, true, true, {"THIS"}, "certificate check failed"},
                    PinCase{"WithCaButExpired", kExpired, false, true, true, {"THIS"}, "has expired"},
                    PinCase{"WithoutVerify", kExpired, true, true, false, {"THIS"}, ""}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace flowcef
