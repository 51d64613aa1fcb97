using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.AI.Tests.Caching;

public sealed class VectorBytesTests
{
    private static readonly Gen<float[]> Vectors = ArbMap.Default.GeneratorFor<float>().NonEmptyListOf().Select(static list => list.ToArray());

    [Fact]
    public void What_is_written_is_read_bit_by_bit() => Holds.For(Vectors, static vector =>
    {
        VectorBytes.TryRead(VectorBytes.Write(vector, made: 1234567890123), out var read, out var made).ShouldBeTrue();

        made.ShouldBe(1234567890123);
        read!.Select(BitConverter.SingleToInt32Bits).ShouldBe(vector.Select(BitConverter.SingleToInt32Bits));
    }, share: 4);

    [Fact]
    public void Every_changed_bit_is_noticed()
    {
        var bytes = VectorBytes.Write([1.5f, -2.25f, float.NaN, float.PositiveInfinity], made: 77);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            VectorBytes.TryRead(changed, out _, out _).ShouldBeFalse($"bit {bit}");
        }
    }

    [Fact]
    public void Whatever_bytes_there_are_reading_them_ends_without_a_vector() => Holds.For(
        ArbMap.Default.GeneratorFor<byte[]>(), static bytes => VectorBytes.TryRead(bytes, out _, out _).ShouldBeFalse());

    [Fact]
    public void A_vector_takes_four_bytes_for_each_number_and_twenty_more() => VectorBytes.Write(new float[1536], made: 0).Length.ShouldBe((1536 * 4) + 20);
}
