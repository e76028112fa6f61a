#include "flowcef/app/message_dump.hpp"

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "flowcef/decode/fixed_formats.hpp"
#include "flowcef/decode/template_parser.hpp"
#include "message_header.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kSetHeaderLength = 4;
constexpr std::uint16_t kFirstTemplateId = 256;
/// Lines that are shown from the start of a message, and before the place where decode gave up.
constexpr std::size_t kFirstLines = 24;
constexpr std::size_t kLastLines = 8;
constexpr std::size_t kBytesInLine = 8;
/// Of the place where decode gave up.
constexpr std::size_t kShownBytes = 64;
constexpr std::size_t kBytesInHexLine = 16;
constexpr std::size_t kTextColumn = 40;

std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

bool is_about_template(Refusal reason) {
  return reason == Refusal::bad_template || reason == Refusal::too_many_fields ||
         reason == Refusal::zero_length_record || reason == Refusal::ignored_withdrawal;
}

class Dump {
 public:
  Dump(Bytes message, Refusal reason, const FindLayout& find_layout)
      : message_(message), reason_(reason), find_layout_(find_layout) {}

  std::string run() {
    walk();
    if (!found_)
      add_line("(not in this message as it stands: it changes a template, or brings that of data that had waited)");
    std::string text;
    for (const std::string& line : first_) text += line;
    if (skipped_ != 0) text += "          ... " + std::to_string(skipped_) + " more\n";
    for (const std::string& line : last_) text += line;
    return text;
  }

 private:
  // ---- lines

  void add_line(std::string line) {
    line += '\n';
    if (first_.size() < kFirstLines) return first_.push_back(std::move(line));
    last_.push_back(std::move(line));
    if (last_.size() <= kLastLines || found_) return;
    last_.pop_front();
    ++skipped_;
  }

  void row(std::size_t offset, std::size_t length, const std::string& text) {
    const std::size_t there = std::min(length, message_.size() - offset);
    std::string line = std::to_string(offset);
    line.insert(0, line.size() < 8 ? 8 - line.size() : 0, ' ');
    line += "  " + hex(message_.subspan(offset, std::min(there, kBytesInLine)));
    if (there > kBytesInLine) line += " ..";
    line.resize(std::max(line.size() + 2, kTextColumn), ' ');
    add_line(text.empty() ? line.substr(0, line.find_last_not_of(' ') + 1) : line + text);
  }

  /// The place where decode gave up; nothing behind it is shown but its bytes.
  void fault(std::size_t offset, std::size_t length, const std::string& text, const std::string& why) {
    found_ = true;
    row(offset, length, text);
    add_line("          ^-- here: " + why);
    const Bytes place = message_.subspan(offset, std::min(message_.size() - offset, kShownBytes));
    if (place.size() > kBytesInLine) {
      for (std::size_t i = 0; i < place.size(); i += kBytesInHexLine) {
        add_line("          | " + hex(place.subspan(i, std::min(kBytesInHexLine, place.size() - i))));
      }
    }
    const std::size_t behind = message_.size() - offset - place.size();
    if (behind != 0) add_line("          | ... " + bytes_text(behind) + " more");
  }

  // ---- headers

  void walk() {
    if (message_.size() < 2) return fault(0, 2, "", "the datagram ends, and not even its version is there");
    version_ = load_be<std::uint16_t>(message_.data());
    const std::span<const HeaderField> fields = header_fields(version_, reason_ == Refusal::sflow);
    for (const HeaderField& field : fields) {
      if (message_.size() < field.offset + field.length) {
        const HeaderField& last = fields.back();
        return fault(field.offset, field.length, std::string(field.name),
                     "the datagram ends; a header of this version has " + bytes_text(last.offset + last.length));
      }
      const std::uint64_t value = load_be(message_.data() + field.offset, field.length);
      const std::string text = std::string(field.name) + ' ' + header_value_text(value, field.unit);
      if (const std::string why = header_fault(field); !why.empty())
        return fault(field.offset, field.length, text, why);
      row(field.offset, field.length, text);
    }
    const std::size_t header = fields.back().offset + fields.back().length;
    if (version_ == 9) walk_sets(header, message_.size());
    if (version_ == 10) {
      const std::size_t stated = load_be<std::uint16_t>(message_.data() + 2);
      const std::size_t end = std::min(stated, message_.size());
      if (reason_ == Refusal::bad_message_length) {
        return fault(end, message_.size() - end, bytes_text(message_.size() - end),
                     "the length in the header says that the message ends before them");
      }
      walk_sets(header, end);
    }
  }

  /// Returns: what is wrong with that field, if it is why the message was refused; else nothing.
  [[nodiscard]] std::string header_fault(const HeaderField& field) const {
    const std::size_t size = message_.size();
    const bool of_layout = header_fields(version_, false).size() == 1;  // no other format has the version
    switch (reason_) {
      case Refusal::exporter_not_allowed:
        return field.offset == 0 ? "nothing is wrong with it, but `exporters` does not list its sender" : "";
      case Refusal::rate_exceeded:
        return field.offset == 0 ? "nothing is wrong with it, but its sender sent too many" : "";
      case Refusal::sflow:
      case Refusal::netflow6:
      case Refusal::netflow8:
      case Refusal::packeteer1:
        return field.offset == 0 ? "this is not decoded" : "";
      case Refusal::unknown_version:
        if (version_ == 5 || version_ == 7) return count_fault(field, size);
        return field.offset == 0 ? "neither 1, 5, 7, 9 nor 10" : "";
      case Refusal::record_length_unknown:
        return field.offset == 0 ? "too few datagrams came to learn how long records of this layout are" : "";
      case Refusal::short_header:
        return of_layout ? "the datagram ends within the header of its layout" : "";
      case Refusal::bad_message_length:
        if (of_layout) return "records, as many as the layout's header says, do not fill the datagram to its end";
        return version_ == 10 ? length_fault(field, size) : count_fault(field, size);
      default:
        return "";
    }
  }

  [[nodiscard]] std::string length_fault(const HeaderField& field, std::size_t size) const {
    if (field.offset != 2) return "";
    const std::size_t stated = load_be<std::uint16_t>(message_.data() + 2);
    if (stated < 16) return "less than the header itself";
    if (stated > size) return "but the datagram has " + bytes_text(size) + ": it was cut off, or the length is wrong";
    return "";
  }

  [[nodiscard]] std::string count_fault(const HeaderField& field, std::size_t size) const {
    if (field.offset != 2) return "";
    const std::size_t count = load_be<std::uint16_t>(message_.data() + 2);
    std::string takes;
    for (const FixedFormat& format : kFixedFormats) {
      if (format.version != version_) continue;
      takes += (takes.empty() ? "" : " or ") + std::to_string(format.header_length + count * format.record_length);
    }
    return "so many take " + takes + " bytes with the header, but the datagram has " + std::to_string(size);
  }

  // ---- sets

  void walk_sets(std::size_t at, std::size_t end) {
    while (at < end && !found_) {
      const std::size_t left = end - at;
      if (all_zero(message_.subspan(at, left))) return row(at, left, bytes_text(left) + " of zeros, which are padding");
      if (left < kSetHeaderLength) return fault(at, left, "", "the message ends within the header of a set");
      const auto id = load_be<std::uint16_t>(message_.data() + at);
      const std::size_t length = load_be<std::uint16_t>(message_.data() + at + 2);
      const std::string text = "set " + std::to_string(id) + ", length " + std::to_string(length);
      if (length < kSetHeaderLength) {
        return fault(at, kSetHeaderLength, text,
                     "a set has at least the 4 bytes of its header, so the next one cannot be found");
      }
      if (length > left) return fault(at, kSetHeaderLength, text, "but the message ends after " + bytes_text(left));
      walk_set(at, id, length, text);
      at += length;
    }
  }

  void walk_set(std::size_t at, std::uint16_t id, std::size_t length, const std::string& text) {
    const std::uint16_t templates = version_ == 10 ? 2 : 0;
    const std::size_t body = at + kSetHeaderLength;
    if (id == templates || id == templates + 1) {
      const bool options = id != templates;
      row(at, kSetHeaderLength, text + (options ? ": options templates" : ": templates"));
      return walk_templates(body, at + length, options);
    }
    if (id < kFirstTemplateId) {
      if (reason_ != Refusal::reserved_set_id) return row(at, kSetHeaderLength, text + ": reserved, skipped");
      return fault(at, length, text,
                   version_ == 10 ? "ids below 256 are reserved; IPFIX has 2 and 3 for templates"
                                  : "ids below 256 are reserved; NetFlow v9 has 0 and 1 for templates");
    }
    const Template* layout = find_layout_(id);
    if (layout == nullptr) {
      if (reason_ != Refusal::template_missing) return row(at, kSetHeaderLength, text + ": data without a template");
      return fault(at, length, text + ": data", "there is no template " + std::to_string(id) + " that could be used");
    }
    row(at, kSetHeaderLength, text + ": data of template " + std::to_string(id));
    if (reason_ == Refusal::bad_record) walk_records(body, at + length, *layout);
  }

  void walk_records(std::size_t at, std::size_t end, const Template& layout) {
    for (std::size_t record = 1; at < end; ++record) {
      if (all_zero(message_.subspan(at, end - at)) && end - at < layout.record_length) return;
      std::string why;
      const std::size_t length = layout.variable ? variable_length(at, end, layout, why) : layout.record_length;
      if (!why.empty() || length > end - at) {
        if (why.empty())
          why = "a record has " + bytes_text(length) + ", but " + bytes_text(end - at) + " are left in the set";
        return fault(at, end - at, "record " + std::to_string(record), why);
      }
      at += length;
    }
  }

  /// Source: RFC 7011 section 7.
  [[nodiscard]] std::size_t variable_length(std::size_t at, std::size_t end, const Template& layout,
                                            std::string& why) const {
    const std::size_t begin = at;
    for (std::size_t i = 0; i < layout.wire_lengths.size(); ++i) {
      std::size_t length = layout.wire_lengths[i];
      if (length == kVariableLength) {
        const bool is_long = at < end && message_[at] == 255;
        const std::size_t prefix = is_long ? 3 : 1;
        if (end - at < prefix) {
          why = "the set ends before the length of its field " + std::to_string(i + 1);
          return 0;
        }
        length = is_long ? load_be<std::uint16_t>(message_.data() + at + 1) : message_[at];
        at += prefix;
      }
      if (length > end - at) {
        why = "its field " + std::to_string(i + 1) + ", " + bytes_text(length) + " from offset " + std::to_string(at) +
              " on, runs past the end of the set";
        return 0;
      }
      at += length;
    }
    return at - begin;
  }

  // ---- templates

  void walk_templates(std::size_t at, std::size_t end, bool options) {
    const bool ipfix = version_ == 10;
    const std::size_t smallest = options && !ipfix ? 6 : 4;
    while (end - at >= smallest && !found_ && !all_zero(message_.subspan(at, end - at))) {
      at += walk_template(at, end, options);
    }
  }

  /// A template record, and what is wrong with it.
  struct TemplateWalk {
    std::string text;
    std::string why;                         ///< empty: nothing
    Refusal reason = Refusal::bad_template;  ///< if something is
    std::size_t id = 0;
    std::size_t fields = 0;
    std::size_t header = 4;  ///< bytes before its fields
    std::size_t end = 0;     ///< where the next one begins
  };

  /// Returns: the length of its record; all that is left if there is no saying where the next one is
  std::size_t walk_template(std::size_t at, std::size_t end, bool options) {
    TemplateWalk walk = read_template_header(at, end, options);
    walk.end = at + walk.header;
    if (walk.why.empty()) judge_template(at, end, walk);
    if (!walk.why.empty() && walk.reason == reason_ && is_about_template(reason_)) {
      fault(at, end - at, walk.text, walk.why);
    } else {
      row(at, walk.header, walk.text);
    }
    const bool skippable = walk.reason == Refusal::ignored_withdrawal || walk.reason == Refusal::zero_length_record;
    return walk.why.empty() || skippable ? walk.end - at : end - at;
  }

  [[nodiscard]] TemplateWalk read_template_header(std::size_t at, std::size_t end, bool options) const {
    const auto number = [&](std::size_t offset) {
      return std::size_t{load_be<std::uint16_t>(message_.data() + at + offset)};
    };
    TemplateWalk walk;
    walk.id = number(0);
    walk.fields = number(2);
    walk.text = "  template " + std::to_string(walk.id) + ", ";
    if (options && version_ == 10 && walk.fields != 0) {
      if (end - at < 6) {
        walk.why = "the set ends within it";
        return walk;
      }
      walk.header = 6;
      walk.text += std::to_string(number(4)) + " scope fields of ";
      if (number(4) > walk.fields) walk.why = "more scope fields than fields";
    } else if (options && version_ != 10) {
      walk.header = 6;
      walk.fields = number(2) / 4 + number(4) / 4;
      walk.text += bytes_text(number(2)) + " of scope fields, " + bytes_text(number(4)) + " of others, ";
      if (number(2) % 4 != 0 || number(4) % 4 != 0) walk.why = "a field takes 4 bytes: both must be multiples of 4";
    }
    walk.text += std::to_string(walk.fields) + (walk.fields == 1 ? " field" : " fields");
    return walk;
  }

  void judge_template(std::size_t at, std::size_t end, TemplateWalk& walk) const {
    if (walk.fields == 0) {
      walk.reason = Refusal::ignored_withdrawal;
      walk.why = "no fields: a withdrawal, which means nothing over UDP";
    } else if (walk.id < kFirstTemplateId) {
      walk.why = "ids of templates begin at 256";
    } else if (walk.fields > kMaxTemplateFields) {
      walk.reason = Refusal::too_many_fields;
      walk.why = "at most " + std::to_string(kMaxTemplateFields) + " are read";
    } else {
      walk_fields(at + walk.header, end, walk);
    }
  }

  void walk_fields(std::size_t at, std::size_t end, TemplateWalk& walk) const {
    std::size_t data_length = 0;
    for (std::size_t i = 0; i < walk.fields; ++i) {
      const bool enterprise = version_ == 10 && end - at >= 2 && (message_[at] & 0x80) != 0;
      const std::size_t specifier = enterprise ? 8 : 4;
      if (end - at < specifier) {
        walk.why = "the set ends within field " + std::to_string(i + 1) + " of it";
        return;
      }
      data_length += load_be<std::uint16_t>(message_.data() + at + 2);
      at += specifier;
    }
    walk.end = at;
    if (data_length != 0) return;
    walk.reason = Refusal::zero_length_record;
    walk.why = "all fields have length 0, so that records would be empty";
  }

  const Bytes message_;
  const Refusal reason_;
  const FindLayout& find_layout_;
  std::uint16_t version_ = 0;
  bool found_ = false;  ///< the place where decode gave up
  std::vector<std::string> first_;
  std::deque<std::string> last_;
  std::size_t skipped_ = 0;
};

}  // namespace

std::string dump_message(Bytes message, Refusal reason, const FindLayout& find_layout) {
  return Dump(message, reason, find_layout).run();
}

}  // namespace flowcef
