#include "flowcef/app/delay_line.hpp"

#include <utility>

namespace flowcef {

DelayLine::DelayLine(std::function<void(const Datagram&)> pass,
                     std::function<void(const IpAddress&, std::uint64_t)> end_session)
    : pass_(std::move(pass)), end_session_(std::move(end_session)) {}

void DelayLine::push(const Datagram& datagram, Clock::time_point now) {
  add({now, datagram, {datagram.payload.begin(), datagram.payload.end()}, false});
}

void DelayLine::push_end(const IpAddress& exporter, std::uint64_t session, Clock::time_point now) {
  Datagram end;
  end.exporter.address = exporter;
  end.session = session;
  add({now, end, {}, true});
}

void DelayLine::add(Waiting waiting) {
  bytes_ += bytes_of(waiting);
  waiting_.push_back(std::move(waiting));
  while (bytes_ > kMaxBytes) {
    if (!waiting_.front().is_end) early_.add();
    pass_oldest();
  }
}

void DelayLine::advance(Clock::time_point now) {
  while (!waiting_.empty() && now - waiting_.front().came >= wait_) pass_oldest();
}

void DelayLine::flush() {
  while (!waiting_.empty()) pass_oldest();
}

void DelayLine::pass_oldest() {
  Waiting oldest = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= bytes_of(oldest);
  oldest.datagram.payload = oldest.payload;
  if (oldest.is_end) {
    end_session_(oldest.datagram.exporter.address, oldest.datagram.session);
  } else {
    pass_(oldest.datagram);
  }
}

}  // namespace flowcef
