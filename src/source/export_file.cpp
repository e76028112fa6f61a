#include "flowcef/source/export_file.hpp"

#include <algorithm>

#include "flowcef/source/capture_file.hpp"
#include "flowcef/source/payload_file.hpp"

namespace flowcef {
namespace {

/// pcap with micro- and nanoseconds in both byte orders, and pcapng, as read in big-endian.
constexpr std::uint32_t kCaptureMagics[] = {0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a};

bool is_capture(std::FILE* file) noexcept {
  std::uint8_t magic[4];
  return peek(file, magic, sizeof magic) == sizeof magic &&
         std::ranges::find(kCaptureMagics, load_be<std::uint32_t>(magic)) != std::end(kCaptureMagics);
}

}  // namespace

std::unique_ptr<ExportFile> open_export_file(const std::string& path) {
  return open_export_file(open_for_reading(path), path, FileGrowth::none);
}

std::unique_ptr<ExportFile> open_export_file(FileHandle file, const std::string& path, FileGrowth growth) {
  if (is_capture(file.get())) return std::make_unique<CaptureFile>(std::move(file), path, growth);
  return std::make_unique<PayloadFile>(std::move(file), path, growth);
}

}  // namespace flowcef
