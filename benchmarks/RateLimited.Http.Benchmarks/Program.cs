using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RateLimited.Http.Benchmarks.Ratios;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

switch (args)
{
    case ["ratios", .. var only]:
        return await RatioReport.RunAsync(Console.Out, RatioReport.InProcess, only);

    case ["redis", .. var only]:
        return await RatioReport.RunAsync(Console.Out, RedisRatios.All, only);

    case ["bdn", .. var filter]:
        // In this process: rivals are compared with each other, and a generated project would not see our internals.
        var config = DefaultConfig.Instance
            .AddJob(Job.MediumRun.WithToolchain(InProcessEmitToolchain.Instance))
            .HideColumns(Column.Job, Column.Toolchain);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(filter.Length == 0 ? ["--filter", "*"] : ["--filter", .. filter], config);
        return 0;

    default:
        Console.Error.WriteLine("ratios [name ...]   the figures that docs/performance.md promises, in a few minutes");
        Console.Error.WriteLine("redis [name ...]    those of docs/redis.md, with a redis-server of its own");
        Console.Error.WriteLine("bdn [filter ...]    the same pairs in BenchmarkDotNet, in their own time");
        return 1;
}
