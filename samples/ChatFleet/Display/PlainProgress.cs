using System.Globalization;

namespace ChatFleet.Display;

/// <summary>A line for each fifth.</summary>
internal sealed class PlainProgress : ProgressDisplay
{
    private const int Parts = 5;

    private int _done;

    public override Task<FleetReport> FollowAsync(Fleet fleet)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fleet.Chats} chats"));
        return fleet.RunAsync(() =>
        {
            var done = Interlocked.Increment(ref _done);
            if (done * Parts % fleet.Chats == 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {done * 100 / fleet.Chats,3} %"));
        });
    }
}
