// Keeps what exporters said of themselves over a restart: templates and options tables of all inputs, in one file.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "flowcef/decode/information_element.hpp"
#include "flowcef/decode/input_state.hpp"
#include "flowcef/decode/state_file.hpp"
#include "flowcef/log/log.hpp"

namespace flowcef {

/// An input as the state file knows it.
struct NamedInput {
  std::string name;
  InputState* state;
};

/// A thread of its own writes the file within seconds of a change: the whole of it, beside the old one, then in its
/// place. Nothing waits for it. A file that cannot be read is put aside, and the bridge starts without.
class StateKeeper {
 public:
  StateKeeper(std::filesystem::path file, std::vector<NamedInput> inputs, Logger logger);
  ~StateKeeper();
  StateKeeper(const StateKeeper&) = delete;
  StateKeeper& operator=(const StateKeeper&) = delete;

  /// Puts back what the file has for these inputs. To be called before they are used.
  void load(const ElementRegistry& registry);
  void start();
  /// Writes for the last time and ends the thread.
  void stop();

  /// From now on these are kept; those that were are not read any more once this returns.
  void set_inputs(std::vector<NamedInput> inputs);

 private:
  void run();
  void save();
  void put_aside(const std::string& reason);
  static void restore(InputState& input, const SavedDomain& saved, std::int64_t newest_ms,
                      const ElementRegistry& registry);
  [[nodiscard]] std::uint64_t changes() const;
  [[nodiscard]] SavedState collect() const;

  const std::filesystem::path file_;
  mutable std::mutex inputs_mutex_;
  std::vector<NamedInput> inputs_;
  Logger logger_;
  std::uint64_t saved_changes_ = 0;
  bool is_failing_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace flowcef
