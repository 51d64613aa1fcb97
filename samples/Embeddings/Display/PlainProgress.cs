using System.Globalization;

namespace Embeddings.Display;

/// <summary>A line for each fifth.</summary>
internal sealed class PlainProgress : ProgressDisplay
{
    private readonly Lock _gate = new();
    private int _done;

    protected override Task<RunReport> FollowAsync(string title, Run run)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Texts} texts, {title}"));
        return run.RunAsync(done => Tell(done, run.Texts));
    }

    private void Tell(int done, int all)
    {
        lock (_gate)
        {
            var before = _done * 5L / all;
            _done += done;
            if (_done * 5L / all > before)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {_done * 5L / all * 20,3} %"));
        }
    }
}
