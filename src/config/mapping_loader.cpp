#include "flowcef/config/mapping_loader.hpp"

#include <iterator>

#include "flowcef/config/mapping_chain.hpp"
#include "flowcef/config/mapping_merge.hpp"

namespace flowcef {

std::expected<MappingSpec, ConfigErrors> load_mapping(const std::filesystem::path& file,
                                                      const std::filesystem::path& shipped) {
  MappingChain chain = load_mapping_chain(file, shipped);
  MappingMerge merge;
  if (chain.complete) {
    for (MappingFile& entry : chain.files) merge.extend_by(entry);
    merge.check_complete(chain.files);
  }
  ConfigErrors errors;
  if (chain.unreadable) errors.push_back(*chain.unreadable);
  for (MappingFile& entry : chain.files) {
    ConfigErrors more = entry.errors.take();
    errors.insert(errors.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return merge.take(chain.files.back());
}

}  // namespace flowcef
