#include "flowcef/app/event_kind.hpp"

#include <array>

namespace flowcef {
namespace {

/// In the order of EventKind.
constexpr std::array<EventKindInfo, kEventKindCount> kKinds = {{
    {"flowcef-exporter-silent", "Exporter silent", 7, true},
    {"flowcef-exporter-back", "Exporter heard again", 3, true},
    {"flowcef-exporter-interval", "Exporter sends seldom", 4, true},
    {"flowcef-sequence-gap", "Export data lost on the way", 6, true},
    {"flowcef-template-missing", "Data without its template", 6, true},
    {"flowcef-template-redefined", "Template redefined", 4, true},
    {"flowcef-sampling-changed", "Sampling rate changed", 5, true},
    {"flowcef-clock-skew", "Exporter clock wrong", 5, true},
    {"flowcef-clock-right", "Exporter clock right again", 3, true},
    {"flowcef-clock-step", "Exporter clock stepped", 5, true},
    {"flowcef-kernel-drops", "Datagrams dropped by the kernel", 8, true},
    {"flowcef-output-down", "Output down", 8, false},
    {"flowcef-output-up", "Output up again", 3, false},
    {"flowcef-output-slow", "Output slow", 6, true},
    {"flowcef-output-fast", "Output no longer slow", 3, true},
    {"flowcef-output-spooling", "Output spooling", 5, true},
    {"flowcef-output-caught-up", "Spool empty again", 3, true},
    {"flowcef-spool-near-full", "Spool nearly full", 8, true},
    {"flowcef-output-drops", "Lines dropped", 9, false},
    {"flowcef-exporter-books", "Books of an exporter", 1, false},
    {"flowcef-output-books", "Books of an output", 1, false},
}};

}  // namespace

const EventKindInfo& info_of(EventKind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)];
}

}  // namespace flowcef
