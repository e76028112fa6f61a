// The templates and options rows of all exporters of one input: shared by its workers, kept over restarts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/domain_key.hpp"
#include "flowcef/decode/options_tables.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// A template as an exporter numbered it.
/// Thread: any; what is not atomic never changes, but for the layout, while no worker decodes.
struct StoredTemplate {
  DomainKey key;
  std::uint16_t id = 0;
  std::uint64_t domain_serial = 0;  ///< another one than before: its domain has begun anew, without rows
  std::shared_ptr<const Template> layout;
  std::atomic<std::int64_t> last_used_ns = 0;  ///< written by the worker that decodes by it
  std::atomic<bool> gone = false;              ///< replaced, ejected, withdrawn: to be used no more
};

using TemplateRef = std::shared_ptr<StoredTemplate>;

/// Workers ask here when they meet a template for the first time, and keep what they get. A use is noted by a stamp in
/// the template itself, so decoding takes no lock. The least recently used template over all workers is found by a heap
/// of the stamps as they were last seen: the one at its top is looked at again, and goes if its stamp still is the same.
///
/// Thread: any, under a lock of its own.
class TemplateStore {
 public:
  explicit TemplateStore(const DecodeConfig& config);

  struct PutResult {
    TemplateRef entry;
    bool is_new;          ///< no template of that id was there
    bool is_redefined;    ///< one with other fields was
    std::size_t ejected;  ///< how many of the least recently used ones had to go
  };
  /// Takes a template into force. Exporters with the same fields in the same order share one layout.
  PutResult put(const DomainKey& key, std::uint16_t id, std::shared_ptr<Template> layout, std::int64_t now_ns);
  /// Returns: null if there is none.
  [[nodiscard]] TemplateRef find(const DomainKey& key, std::uint16_t id);
  /// Returns: whether it was there.
  bool remove(const TemplateRef& entry);
  /// Removes every template of that kind in the domain. Returns: how many.
  std::size_t withdraw_all(const DomainKey& key, bool options);
  /// Forgets all that came over a connection.
  void end_session(std::uint64_t session);
  /// Ejects what was not used for the idle timeout. Returns: how many.
  std::size_t expire(std::int64_t now_ns);

  /// Sets other limits. Where there is less room, the least recently used templates go at once: first those of exporters
  /// that are over their quota. No worker may be decoding.
  void reconfigure(const DecodeConfig& config);
  /// Returns: how many had to go at reconfigurations since the last call.
  [[nodiscard]] std::size_t take_ejected() noexcept { return ejected_.exchange(0, std::memory_order_relaxed); }
  /// Puts another layout of the same definition in the place of each; equal ones stay shared. Ids, uses, rows and
  /// references stay, and to no one it is a redefinition. No worker may be decoding.
  /// Input: returns null for a layout that cannot be made; templates of it are ejected
  void remake_layouts(const std::function<std::shared_ptr<Template>(const Template&)>& remake);

  /// Notes what options data said. Returns: false if the exporter's quota of rows is used up.
  bool put_row(const DomainKey& key, const OptionsRow& row);

  struct DomainContent {
    std::uint64_t serial = 0;  ///< as StoredTemplate::domain_serial; 0: there is no such domain
    std::vector<TemplateRef> templates;
    std::vector<OptionsRow> rows;
  };
  [[nodiscard]] DomainContent content_of(const DomainKey& key);
  /// Visits every domain that is to outlive the process: those of connections do not.
  void for_each_saved(const std::function<void(const DomainKey&, const DomainContent&)>& visit);

  [[nodiscard]] std::size_t size();
  [[nodiscard]] const std::optional<std::int64_t>& idle_timeout_ns() const noexcept { return limits_.idle_timeout_ns; }
  /// Templates removed so far, those with many fields and their domains' rows counting for more: who keeps references
  /// looks from time to time which of them are gone.
  [[nodiscard]] std::uint64_t removals() const noexcept { return removals_.load(std::memory_order_relaxed); }
  /// Changes so far to what is to be saved.
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_.load(std::memory_order_relaxed); }

 private:
  struct Domain {
    std::uint64_t serial = 0;  ///< never used twice
    std::unordered_map<std::uint16_t, TemplateRef> templates;
    std::unordered_map<std::string, OptionsRow> rows;  ///< by table and key
  };
  struct Exporter {
    std::vector<TemplateRef> templates;
    std::size_t fields = 0;
    std::size_t rows = 0;
  };
  struct Limits {
    explicit Limits(const DecodeConfig& config);

    std::size_t templates;
    std::size_t templates_per_exporter;
    std::size_t fields;
    std::size_t fields_per_exporter;
    std::optional<std::int64_t> idle_timeout_ns;
  };
  /// A template and its stamp when it was put into the heap, which does not keep it.
  struct Seen {
    std::int64_t used_ns;
    std::weak_ptr<StoredTemplate> entry;
    friend bool operator>(const Seen& a, const Seen& b) { return a.used_ns > b.used_ns; }
  };
  using DomainMap = std::unordered_map<DomainKey, Domain, DomainKeyHash>;

  [[nodiscard]] std::shared_ptr<const Template> share(std::shared_ptr<Template> layout);
  void enter(const TemplateRef& entry, Domain& domain);
  void detach(const TemplateRef& entry, Domain& domain);
  void erase(const TemplateRef& entry);
  void erase_domain(DomainMap::iterator domain);
  std::size_t eject_over_limits(const TemplateRef& newest);
  [[nodiscard]] bool is_over_quota(const Exporter& exporter) const noexcept;
  [[nodiscard]] bool is_over_limit() const noexcept;
  [[nodiscard]] TemplateRef least_recently_used();
  void push(const TemplateRef& entry);
  void forget_expired_layouts();

  Limits limits_;

  std::mutex mutex_;
  DomainMap domains_;
  std::unordered_map<IpAddress, Exporter, IpAddressHash> exporters_;
  std::unordered_map<std::uint64_t, std::vector<DomainKey>> sessions_;
  std::unordered_map<std::string, std::weak_ptr<const Template>> layouts_;  ///< by format, kind and definition
  std::size_t layout_key_bytes_ = 0;                                        ///< of all keys of layouts_
  std::size_t layout_keys_swept_at_ = 0;                                    ///< how many were left then
  std::uint64_t domains_so_far_ = 0;
  std::priority_queue<Seen, std::vector<Seen>, std::greater<>> by_use_;
  std::size_t templates_ = 0;
  std::size_t fields_ = 0;
  std::size_t rows_ = 0;
  std::atomic<std::size_t> ejected_ = 0;  ///< at reconfigurations
  std::atomic<std::uint64_t> removals_ = 0;
  std::atomic<std::uint64_t> changes_ = 0;
};

}  // namespace flowcef
