// What an X.509 certificate says, as text and time. RFC 5280.
// Names are the peer's own: escaped (RFC 4514) and cut, so that they are safe in a log line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

struct x509_st;

namespace flowcef {

using CertificateTime = std::chrono::system_clock::time_point;

/// Returns: the SHA-256 of its DER bytes, 64 lower-case hex digits.
[[nodiscard]] std::string certificate_sha256(const x509_st& certificate);
/// Input:   hex digits, two a byte.
/// Returns: them as the settings take a fingerprint: `sha-256:AA:BB...`. RFC 5425 section 4.2.2.
[[nodiscard]] std::string fingerprint_setting(std::string_view hex);

/// Returns: `CN=siem.example, issued by CN=Example CA`.
[[nodiscard]] std::string certificate_owner(const x509_st& certificate);
/// Returns: the host names and addresses it is for, with commas in between; `no name` if there are none.
[[nodiscard]] std::string certificate_names(const x509_st& certificate);

/// Returns: nullopt for a time that is none; one that the clock cannot hold, such as the year 9999 for "never", is the
///          clock's last (or first).
[[nodiscard]] std::optional<CertificateTime> certificate_expires(const x509_st& certificate);
[[nodiscard]] std::optional<CertificateTime> certificate_begins(const x509_st& certificate);
/// Returns: `2026-01-31`, in UTC.
[[nodiscard]] std::string certificate_date(CertificateTime time);
/// Returns: whole days until `expires`; -1 and less: since then.
[[nodiscard]] long days_left(CertificateTime expires, CertificateTime now);
/// Input:   `what` expires, such as `tls.certificate FILE`.
/// Returns: a warning if that is within 30 days or was already; else nothing.
[[nodiscard]] std::string expiry_warning(std::string_view what, CertificateTime expires, CertificateTime now);

}  // namespace flowcef
