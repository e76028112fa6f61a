#include "flowcef/sink/tls_certificate.hpp"

#include <openssl/x509v3.h>
#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {
namespace {

using std::chrono::floor;
using Days = std::chrono::days;

constexpr std::size_t kLongestName = 200;
constexpr long kWarnDays = 30;

std::string cut(std::string text) {
  if (text.size() > kLongestName) text.replace(kLongestName, std::string::npos, "...");
  return text;
}

std::string contents(BIO* memory) {
  char* begin = nullptr;
  const long length = BIO_ctrl(memory, BIO_CTRL_INFO, 0, static_cast<void*>(&begin));
  return cut({begin, static_cast<std::size_t>(std::max(length, 0L))});
}

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string text_of(const X509_NAME* name) {
  const BioPtr memory(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253);
  return contents(memory.get());
}

std::string text_of(const GENERAL_NAME& name) {
  const BioPtr memory(BIO_new(BIO_s_mem()), &BIO_free);
  if (name.type == GEN_DNS) ASN1_STRING_print_ex(memory.get(), name.d.dNSName, ASN1_STRFLGS_RFC2253);
  if (name.type == GEN_IPADD) {
    const ASN1_OCTET_STRING& bytes = *name.d.iPAddress;
    if (bytes.length == 4) return IpAddress::from_ipv4(bytes.data).to_string();
    if (bytes.length == 16) return IpAddress::from_ipv6(bytes.data).to_string();
  }
  return contents(memory.get());
}

std::optional<CertificateTime> to_time(const ASN1_TIME& time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(&time, &parts) != 1) return std::nullopt;
  const std::chrono::seconds seconds(::timegm(&parts));
  return CertificateTime(std::clamp(
      seconds, floor<std::chrono::seconds>(CertificateTime::min().time_since_epoch()) + std::chrono::seconds(1),
      floor<std::chrono::seconds>(CertificateTime::max().time_since_epoch())));
}

}  // namespace

std::string certificate_sha256(const x509_st& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &length);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
}

std::string fingerprint_setting(std::string_view hex) {
  std::string text = "sha-256";
  for (std::size_t i = 0; i + 2 <= hex.size(); i += 2) text.append(":").append(hex.substr(i, 2));
  std::transform(text.begin() + 7, text.end(), text.begin() + 7,
                 [](char digit) { return digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit; });
  return text;
}

std::string certificate_owner(const x509_st& certificate) {
  return text_of(X509_get_subject_name(&certificate)) + ", issued by " + text_of(X509_get_issuer_name(&certificate));
}

std::string certificate_names(const x509_st& certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::string text;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && text.size() <= kLongestName; ++i) {
    const std::string name = text_of(*sk_GENERAL_NAME_value(names.get(), i));
    if (!name.empty()) text.append(text.empty() ? "" : ", ").append(name);
  }
  return text.empty() ? "no name" : cut(text);
}

std::optional<CertificateTime> certificate_expires(const x509_st& certificate) {
  return to_time(*X509_get0_notAfter(&certificate));
}

std::optional<CertificateTime> certificate_begins(const x509_st& certificate) {
  return to_time(*X509_get0_notBefore(&certificate));
}

std::string certificate_date(CertificateTime time) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

long days_left(CertificateTime expires, CertificateTime now) {
  // Seconds: the difference of the clock's ends would not fit into its own unit.
  const auto seconds =
      floor<std::chrono::seconds>(expires.time_since_epoch()) - floor<std::chrono::seconds>(now.time_since_epoch());
  return static_cast<long>(floor<Days>(seconds).count());
}

std::string expiry_warning(std::string_view what, CertificateTime expires, CertificateTime now) {
  const long days = days_left(expires, now);
  if (days > kWarnDays) return {};
  if (days < 0) return fmt::format("{} has expired on {}: renew it", what, certificate_date(expires));
  return fmt::format("{} expires on {}, days left: {}: renew it", what, certificate_date(expires), days);
}

}  // namespace flowcef
