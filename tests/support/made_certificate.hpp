// Certificates that certs/generate.sh does not make: expired, self-signed, with RSA, with any name.
#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace flowcef::test {

struct CertificateOptions {
  std::string subject = "localhost";
  std::string name = "localhost";  ///< its dNSName
  long begins_in = -3600;          ///< seconds
  long expires_in = 90L * 86'400;  ///< seconds
  bool rsa = false;
};

class MadeCertificate {
 public:
  /// Self-signed.
  explicit MadeCertificate(const CertificateOptions& options);
  /// Input: `authority` without its `.pem` and `.key`.
  MadeCertificate(const CertificateOptions& options, const std::string& authority);

  [[nodiscard]] const x509_st& certificate() const { return *certificate_; }
  /// Writes PATH.pem and PATH.key.
  void write(const std::string& path) const;

 private:
  struct Deleter {
    void operator()(evp_pkey_st* key) const noexcept;
    void operator()(x509_st* certificate) const noexcept;
  };
  using Key = std::unique_ptr<evp_pkey_st, Deleter>;
  using Certificate = std::unique_ptr<x509_st, Deleter>;

  Key key_;
  Certificate certificate_;
};

}  // namespace flowcef::test
