// Stands in for libFuzzer's main: runs a fuzz target on every file of the folders given, once.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool replay(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
  if (!file) return false;
  // In an allocation of its exact size, so that the address sanitizer sees a read past it.
  const std::vector<std::uint8_t> bytes(content.begin(), content.end());
  (void)std::printf("%s\n", path.c_str());  // the last one is to blame for a crash
  (void)std::fflush(stdout);
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t inputs = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
      if (!replay(entry.path())) {
        (void)std::fprintf(stderr, "%s: cannot be read\n", entry.path().c_str());
        return 1;
      }
      ++inputs;
    }
  }
  (void)std::printf("%zu inputs\n", inputs);
  return inputs == 0 ? 1 : 0;
}
