using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Tests.Recording;

public sealed class ExclusionsTests
{
    [Fact]
    public void Path_Table()
    {
        var exclusions = new Exclusions("/var/agent", new AgentPolicy(["/srv/data/"], ["/usr/bin/x"], 2));
        void F(string path, bool expected) => Assert.Equal(expected, exclusions.Path(Encoding.UTF8.GetBytes(path)));
        F("/var/agent", true);
        F("/var/agent/spool/x", true);
        F("/var/agents", false);
        F("/var", false);
        F("/srv/data/a", true);
        F("/srv/database", false);
        F("", false);
        Assert.True(exclusions.Process("/usr/bin/x"));
        Assert.False(exclusions.Process("/usr/bin/xy"));
    }
}
