#include "flowcef/config/mapping_loader.hpp"

#include <iterator>

#include "flowcef/config/mapping_chain.hpp"
#include "flowcef/config/mapping_merge.hpp"

namespace flowcef {

LoadedMapping load_mapping(const std::filesystem::path& file, const std::filesystem::path& shipped) {
  MappingChain chain = load_mapping_chain(file, shipped);
  LoadedMapping loaded;
  for (const MappingFile& entry : chain.files) loaded.text += entry.text;
  loaded.merged = chain.complete;
  MappingMerge merge;
  if (chain.complete) {
    for (MappingFile& entry : chain.files) merge.extend_by(entry);
    merge.check_complete(chain.files);
  }
  if (chain.unreadable) loaded.errors.push_back(*chain.unreadable);
  for (MappingFile& entry : chain.files) {
    ConfigErrors more = entry.errors.take();
    loaded.errors.insert(loaded.errors.end(), std::make_move_iterator(more.begin()),
                         std::make_move_iterator(more.end()));
  }
  if (chain.complete) loaded.spec = merge.take(chain.files.back());
  loaded.spec.whole = loaded.errors.empty();
  return loaded;
}

}  // namespace flowcef
