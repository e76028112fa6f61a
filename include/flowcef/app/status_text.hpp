// What `flowcef status --books` shows: the books of the running bridge, and how each output's connections are.
#pragma once

#include <string>

#include "flowcef/app/output_group.hpp"
#include "flowcef/app/pipeline.hpp"

namespace flowcef {

/// Returns: `2026-11-22T01:46:24Z`
[[nodiscard]] std::string utc_text(LinkStatus::Time time);

/// Returns: where an output sends to, as its `to` key has it: `tcp://siem.example.com:514`; several
///          receivers with commas between them.
[[nodiscard]] std::string target_of(const SinkConfig& sink);

/// Returns: a line for each connection: `output.siem state=open since=2026-11-22T01:46:24Z to=tls://... peer=192.0.2.1`
///          and so on, with the receiver of its latest attempt; what is not known is not shown. Errors stand in quotation marks and have none of their own.
[[nodiscard]] std::string to_string(const OutputStatus& output);

/// Returns: the books, then the outputs.
[[nodiscard]] std::string status_text(const Pipeline& pipeline);

}  // namespace flowcef
