#include "flowcef/config/mapping_chain.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_file.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

using std::filesystem::path;

bool are_same(const path& a, const path& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

bool is_there(const path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

bool is_name(std::string_view text) {
  return text.find('/') == std::string_view::npos && !text.ends_with(".toml");
}

/// Input: an empty folder is none. A user's folder may hold much beside mappings, so only so many are looked at.
void offer_mappings(const path& folder, std::vector<std::string>& names) {
  constexpr std::size_t kMaxNames = 1000;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".toml" && names.size() < kMaxNames)
      names.push_back(entry->path().stem().string());
  }
}

class ChainLoader {
 public:
  explicit ChainLoader(const path& shipped) : shipped_(shipped) {}

  MappingChain load(const path& file) {
    for (std::optional<path> next = file; next; next = find_extended(chain_.files.back())) {
      auto text = read_text_file(*next);
      const auto document = text ? parse_toml(*text, *next) : std::unexpected(text.error());
      if (!document) {
        chain_.unreadable = document.error();
        break;
      }
      chain_.files.push_back(load_mapping_file(*next, *document));
      chain_.files.back().text = *std::move(text);
    }
    chain_.complete = !chain_.unreadable && !chain_.files.back().extends;
    std::ranges::reverse(chain_.files);
    return std::move(chain_);
  }

 private:
  /// Returns: the mapping that `file` extends; nothing if it extends none, or one that cannot be taken.
  std::optional<path> find_extended(MappingFile& file) const {
    if (!file.extends || file.extends->text.empty()) return std::nullopt;
    auto found = is_name(file.extends->text) ? find_name(file) : find_path(file);
    if (!found) return std::nullopt;
    const auto again =
        std::ranges::find_if(chain_.files, [&](const MappingFile& entry) { return are_same(entry.path, *found); });
    if (again != chain_.files.end()) {
      refuse(file, "a mapping that does not extend this one in turn", found->string());
      return std::nullopt;
    }
    if (chain_.files.size() > kMaxExtended) {
      refuse(file, "at most " + std::to_string(kMaxExtended) + " mappings that extend one another", "");
      return std::nullopt;
    }
    return found;
  }

  std::optional<path> find_name(MappingFile& file) const {
    const std::string name = file.extends->text + ".toml";
    const path folder = file.path.parent_path();
    if (path beside = folder / name; is_there(beside) && !are_same(beside, file.path)) return beside;
    if (path shipped = shipped_ / name; !shipped_.empty() && is_there(shipped)) return shipped;
    std::vector<std::string> names;
    offer_mappings(folder.empty() ? "." : folder, names);
    if (!shipped_.empty()) offer_mappings(shipped_, names);
    NearestWord nearest(file.extends->text);
    for (const std::string& known : names) nearest.offer(known);
    const auto near = nearest.result();
    refuse(file, "a mapping beside this file or one that comes with the program",
           near ? "did you mean " + in_quotes(*near) + "?" : "there is no " + shortened(name));
    return std::nullopt;
  }

  static std::optional<path> find_path(MappingFile& file) {
    path found = (file.path.parent_path() / file.extends->text).lexically_normal();
    const auto reason = why_unreadable(found);
    if (!reason) return found;
    refuse(file, "a readable file", found.string() + ": " + *reason);
    return std::nullopt;
  }

  static void refuse(MappingFile& file, const std::string& expected, std::string hint) {
    file.errors.add({file.extends->where.line, file.extends->where.column}, "extends",
                    "expected " + expected + ", got " + in_quotes(file.extends->text), std::move(hint));
  }

  path shipped_;
  MappingChain chain_;
};

}  // namespace

MappingChain load_mapping_chain(const path& file, const path& shipped) {
  return ChainLoader(shipped).load(file);
}

}  // namespace flowcef
