#include "flowcef/sink/tls_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <memory>

#include "support/made_certificate.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using testing::EndsWith;

std::optional<CertificateTime> parsed(const char* text) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), text);
  return certificate_expires(*certificate);
}

TEST(TlsCertificate, TimesAreReadInBothForms) {
  EXPECT_EQ(parsed("260131235959Z"), sys_days(2026y / 1 / 31) + 23h + 59min + 59s);
  EXPECT_EQ(parsed("20500101000000Z"), sys_days(2050y / 1 / 1));
  EXPECT_EQ(certificate_date(*parsed("260131235959Z")), "2026-01-31");
  EXPECT_EQ(parsed(""), std::nullopt) << "none at all";
}

// RFC 5280 section 4.1.2.5: 99991231235959Z stands for "never".
TEST(TlsCertificate, TimesBeyondTheClockAreItsEnds) {
  EXPECT_GT(*parsed("99991231235959Z"), sys_days(2262y / 1 / 1));
  EXPECT_LT(*parsed("00000101000000Z"), sys_days(1678y / 1 / 1));
  EXPECT_GT(days_left(*parsed("99991231235959Z"), CertificateTime()), 100'000);
}

TEST(TlsCertificate, DaysAreWholeOnes) {
  const CertificateTime now = sys_days(2026y / 1 / 31);
  EXPECT_EQ(days_left(now + 24h, now), 1);
  EXPECT_EQ(days_left(now + 23h, now), 0);
  EXPECT_EQ(days_left(now - 1h, now), -1);
  EXPECT_EQ(expiry_warning("x", now + 31 * 24h, now), "");
  EXPECT_EQ(expiry_warning("x", now + 1h, now), "x expires on 2026-01-31, days left: 0: renew it");
  EXPECT_EQ(expiry_warning("x", now - 25h, now), "x has expired on 2026-01-29: renew it");
}

TEST(TlsCertificate, FingerprintIsWrittenAsTheSettingIs) {
  EXPECT_EQ(fingerprint_setting("00ab9f"), "sha-256:00:AB:9F");
  const test::MadeCertificate made({});
  EXPECT_THAT(certificate_sha256(made.certificate()), testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(certificate_sha256(made.certificate()).size(), 64U);
}

TEST(TlsCertificate, ManyNamesAreCut) {
  std::string name = "first.example";
  for (int i = 0; i < 1000; ++i) name += ",DNS:another.example";
  const test::MadeCertificate made({.subject = "siem", .name = name});
  const std::string names = certificate_names(made.certificate());
  EXPECT_LT(names.size(), 300U);
  EXPECT_THAT(names, testing::StartsWith("first.example, another.example"));
  EXPECT_THAT(names, EndsWith("..."));
  EXPECT_EQ(certificate_owner(made.certificate()), "CN=siem, issued by CN=siem");
}

}  // namespace
}  // namespace flowcef
