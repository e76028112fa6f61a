"""Differences from other flow readers that are right as they are; captures.py checks that just these are there."""
import collections

# In which frames of a capture, in what (a record's element, or as the comparison names it), and why.
Explained = collections.namedtuple("Explained", "capture what frames reason")

NOT_HELD = "nfdump drops data ahead of its template"
SAMPLING = "nfdump multiplies counters by the sampling interval of the header"
SWAPPED = "nfdump takes start for end where IPFIX states uptimes"
OTHER_TIMES = "nfdump reads no times in seconds, microseconds and nanoseconds"
BOTH_FAMILIES = "nfdump shows no addresses where a template has both families"
INNER = "a tunnel's record: nfdump shows the inner header, or no addresses where its family is another"

TSHARK = [
]

NFDUMP = [
    Explained("akvorado/netflow9_data_before_template", "only ours", "1", NOT_HELD),
    Explained("generated/softflowd_ipfix", "times swapped", "1-5", SWAPPED),
    Explained("generated/softflowd_ipfix_biflow", "times swapped", "1-4", SWAPPED),
    Explained("generated/softflowd_ipfix_micro", "times not read", "1-5", OTHER_TIMES),
    Explained("generated/softflowd_ipfix_nano", "times not read", "1-5", OTHER_TIMES),
    Explained("generated/softflowd_ipfix_sec", "times not read", "1-5", OTHER_TIMES),
    Explained("generated/softflowd_v1", "only ours", "1-2", "nfdump gives up a v1 datagram of more than 24 records"),
    Explained("graylog-plugin/netflow5", "counters", "1-3", SAMPLING),
    Explained("graylog-plugin/netflow9_nprobe_2", "times not read",
              "2", "nfdump takes uptimes of 0 as missing, not as the time of boot"),
    Explained("logstash/ipfix_netscaler", "times not read", "2", OTHER_TIMES),
    Explained("logstash/ipfix_procera", "key", "2", BOTH_FAMILIES),
    Explained("logstash/ipfix_procera", "times not read", "2", OTHER_TIMES),
    Explained("logstash/ipfix_viptela", "times not read", "2", OTHER_TIMES),
    Explained("logstash/netflow5_basic", "only nfdump's",
              "1", "nfdump reads on past the stated count, into datagrams glued to the first"),
    Explained("logstash/netflow5_invalid", "only ours",
              "1-2", "nfdump gives up a datagram that states more records than it holds"),
    Explained("logstash/netflow9_epoch_seconds", "times not read", "1", OTHER_TIMES),
    Explained("pmacct/ipfix_cisco_400_a", "key",
              "37,59,62,65,82,104,107,109,128,150,153,155,173,193,196,199,216,239,241,243,263,285,287,290,307,"
              "330,333,335,354,376,379,381,401,424,427,429,446,467,470,473,491,515,518,521,540,561,564,566,584,"
              "604", INNER),
    Explained("pmacct/ipfix_cisco_400_a", "times swapped",
              "36-38,40,43,56,58-62,64-65,68,81-82,85,87,90,103-109,112-113,126-128,130-131,135,149-155,157-158,"
              "171-173,175,177,179,192-196,198-201,214-216,218-220,224,238-243,246-247,261,263,265-266,268,282,"
              "284-287,289-291,293,306-307,309,312,314,327-328,330-335,337-338,352-355,357,361,375-382,384-385,"
              "398,401-404,407,423-429,432,445-447,449,452,465-470,472-473,477,490-491,494,497,500,514-521,523,"
              "538-540,543-544,546,560-569,582-586,589,603-606", SWAPPED),
    Explained("pmacct/ipfix_cisco_401_a", "key",
              "38,40,59,86,88,107,131,134,152,175,178,195,218,222,240,261,263,280,304,307,325,351,355,372,395,"
              "398-399,415,437,439-440,459,484,489-490,506,529,531-532,547,571,574-575,592,614,618", INNER),
    Explained("pmacct/ipfix_cisco_401_a", "times swapped",
              "38-41,45-46,59-61,63-65,67,86-89,93-94,107-108,110-111,113,115-116,131,133-135,138-139,152-153,"
              "155,157-159,173,175,177-182,195-197,199-201,218,220-224,226-227,240,242,244-247,261-267,280-281,"
              "283,285-287,289,304-308,311-312,325-326,328,330-332,334-335,351,353,355-357,359,372-374,376-378,"
              "381,395-396,398-402,415-417,419,421-422,435,437-440,442,445-446,459-462,464-467,484-485,487,"
              "489-490,492-493,506-509,511-513,529-534,547-549,552-555,571-572,574-576,578-579,592-593,595-599,"
              "613-614,616,618-619", SWAPPED),
    Explained("pmacct/ipfix_cisco_500", "key", "18-19,33-34", INNER),
    Explained("pmacct/ipfix_cisco_500", "times swapped", "18-19,23,28,33-34,36,38-39,41,43", SWAPPED),
    Explained("pmacct/ipfix_cisco_502", "key", "44-45,48,68,70,75,92", INNER),
    Explained("pmacct/ipfix_cisco_502", "times swapped", "41-42,44-46,48,50,63,65-68,70,72-76,89-90,92", SWAPPED),
]
