// A refused message laid open: header and sets with their offsets, and the place where decode gave up. It walks the
// bytes by itself, so that it can be checked against decode.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/refusal.hpp"

namespace flowcef {

/// Returns: the template of that id that is in force where the message came from; null: none.
using FindLayout = std::function<const Template*(std::uint16_t)>;

/// Input:   a message as it came off the network, and the first reason why it, or a part of it, was refused
/// Returns: at most some 40 lines, each ended by LF
[[nodiscard]] std::string dump_message(Bytes message, Refusal reason, const FindLayout& find_layout);

}  // namespace flowcef
