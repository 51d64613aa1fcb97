using System.Net;

namespace RateLimited.Http.Testing.Tests.Exchanges;

/// <summary>An upstream on a port of this machine.</summary>
public sealed class UpstreamServerTests : UpstreamContract
{
    private readonly List<IAsyncDisposable> _servers = [];

    public override async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    protected override async Task<(IUpstream Upstream, HttpClient Client)> StartAsync(UpstreamBuilder builder)
    {
        var server = await UpstreamServer.StartAsync(builder, Ended);
        _servers.Add(server);
        return (server, new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address });
    }

    [Fact]
    public async Task It_is_on_this_machine_alone_and_gone_when_disposed()
    {
        var server = await UpstreamServer.StartAsync(new UpstreamBuilder(), Ended);
        var address = server.Address;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        (await client.GetAsync(address, Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        IPAddress.IsLoopback(IPAddress.Parse(address.Host)).ShouldBeTrue();

        await server.DisposeAsync();

        await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(address, Ended));
    }

    [Fact]
    public async Task Several_are_on_ports_of_their_own()
    {
        var (_, one) = await StartAsync(new UpstreamBuilder());
        var (_, other) = await StartAsync(new UpstreamBuilder());

        one.BaseAddress.ShouldNotBe(other.BaseAddress);
    }

    [Fact]
    public async Task A_path_arrives_as_it_was_sent()
    {
        string? path = null;
        var (_, client) = await StartAsync(new UpstreamBuilder().Key(request => path = request.Path));

        await client.GetAsync("/a%2Fb%20c/%C3%A4?x=1", Ended);

        path.ShouldBe("/a%2Fb%20c/%C3%A4");
    }
}
