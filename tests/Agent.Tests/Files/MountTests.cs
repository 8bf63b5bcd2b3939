using Akashi.Agent.Files;

namespace Akashi.Agent.Tests.Files;

public sealed class MountTests
{
    [Fact]
    public void Parse_Table()
    {
        static void F(string line, Mount? expected) => Assert.Equal(expected, Mount.Parse(line));
        F("", null);
        F("22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw", new Mount("8:1", "/", "ext4", "HDD"));
        F("30 22 0:26 / /tmp rw - tmpfs tmpfs rw", new Mount("0:26", "/tmp", "tmpfs", "RAM"));
        F("31 22 0:27 / /proc rw - proc proc rw", new Mount("0:27", "/proc", "proc", null));
        F(@"32 22 8:2 / /mnt/a\040b rw - xfs /dev/sdb rw", new Mount("8:2", "/mnt/a b", "xfs", "HDD"));
        F("32 22 8:2 / /x rw", null);
        F("1 2 - ext4", null);
    }
}
