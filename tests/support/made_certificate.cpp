#include "support/made_certificate.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace flowcef::test {
namespace {

using FilePtr = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

FilePtr open(const std::string& path, const char* mode) {
  FilePtr file(std::fopen(path.c_str(), mode), &std::fclose);
  if (file == nullptr) throw std::runtime_error("cannot open " + path);
  return file;
}

}  // namespace

void MadeCertificate::Deleter::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

void MadeCertificate::Deleter::operator()(x509_st* certificate) const noexcept {
  X509_free(certificate);
}

MadeCertificate::MadeCertificate(const CertificateOptions& options)
    : key_(options.rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
                       : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")),
      certificate_(X509_new()) {
  X509* const made = certificate_.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), options.begins_in);
  X509_gmtime_adj(X509_getm_notAfter(made), options.expires_in);
  X509_NAME_add_entry_by_NID(X509_get_subject_name(made), NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(options.subject.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  X509_set_pubkey(made, key_.get());
  const std::string names = "DNS:" + options.name;
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(made, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made, key_.get(), EVP_sha256());
}

MadeCertificate::MadeCertificate(const CertificateOptions& options, const std::string& authority)
    : MadeCertificate(options) {
  const Certificate issuer(PEM_read_X509(open(authority + ".pem", "r").get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_PrivateKey(open(authority + ".key", "r").get(), nullptr, nullptr, nullptr));
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(issuer.get()));
  X509_sign(certificate_.get(), key.get(), EVP_sha256());
}

void MadeCertificate::write(const std::string& path) const {
  PEM_write_X509(open(path + ".pem", "w").get(), certificate_.get());
  PEM_write_PrivateKey(open(path + ".key", "w").get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace flowcef::test
