using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Persistence;

/// <summary>One life of a process whose limits are kept in a directory, in virtual time and without threads. It can end in order, or as kill -9 ends it.</summary>
internal sealed class KeptBed : IDisposable
{
    private readonly RateLimitingTelemetry _telemetry;
    private readonly List<ServiceLimiter> _services = [];
    private readonly bool _ownsTime;

    public KeptBed(string directory, ManualTimeProvider? time = null, KeeperSettings? settings = null, IReadOnlyList<LimitDefinition>? globals = null)
    {
        (Directory, Time, _ownsTime) = (directory, time ?? new ManualTimeProvider(), time is null);
        _telemetry = new RateLimitingTelemetry(loggers: Logs);
        Keeper = new Keeper((settings ?? new KeeperSettings(directory, FileFailureMode.Memory)) with { HasThread = false, LeastGrowth = 4096, Create = settings?.Create ?? Create }, Time, _telemetry);
        Store = new InProcessStore(Time, globals ?? [], Keeper);
    }

    public string Directory { get; }

    public ManualTimeProvider Time { get; }

    public Keeper Keeper { get; }

    public InProcessStore Store { get; }

    public CapturedLogs Logs { get; } = new();

    /// <summary>The newest file.</summary>
    public string File => Path.Combine(Directory, Generation.NameOf(Generation.In(Directory)[0]));

    public long FileLength => new FileInfo(File).Length;

    public static string NewDirectory() => System.IO.Directory.CreateTempSubdirectory("kept").FullName;

    /// <summary>What the operating system has been given outlives a process; that it is on the disk as well takes time and is of no interest here.</summary>
    private static BufferedStream Create(string path) => new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));

    public ServiceLimiter Serve(ServiceDefinition definition)
    {
        var limiter = new ServiceLimiter(definition with { IsKept = true }, Store, _telemetry.For(definition.Name));
        _services.Add(limiter);
        return limiter;
    }

    /// <summary>How many of so many requests go at once.</summary>
    public int Go(ServiceLimiter limiter, int most, AdmissionRequest request = default)
    {
        var gone = 0;
        for (var i = 0; i < most; i++)
        {
            var before = gone;
            for (var tries = 0; tries < 2 && gone == before; tries++)
            {
                using var lease = limiter.AttemptPermits(request, permits: 1);
                gone += lease.IsAcquired ? 1 : 0;
                if (!lease.IsAcquired)
                {
                    // Perhaps too little is written.
                    Keeper.Step();
                }
            }
        }

        return gone;
    }

    /// <summary>What is on the disk at this moment, as another process finds it that begins after this one was killed.</summary>
    public string Killed()
    {
        var copy = NewDirectory();
        foreach (var path in System.IO.Directory.EnumerateFiles(Directory, "limits.*"))
        {
            System.IO.File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        }

        return copy;
    }

    public void Dispose()
    {
        foreach (var service in _services)
        {
            service.Dispose();
        }

        Store.Dispose();
        _telemetry.Dispose();
        if (_ownsTime)
        {
            Time.ArmedTimers.ShouldBe(0, "a timer outlived its service");
        }
    }
}
