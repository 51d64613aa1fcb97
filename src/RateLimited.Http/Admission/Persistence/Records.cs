using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>What stands in a frame: what clocks showed, and then records, each with its kind.</summary>
internal static class Records
{
    private enum Kind : long
    {
        Limit = 1,
        State,
        Service,
    }

    /// <summary>A limit and the number that its states are written under in this file.</summary>
    public static void WriteLimit(StateWriter into, long id, KeptLimit limit)
    {
        into.Add((long)Kind.Limit);
        into.Add(id);
        limit.Write(into);
    }

    /// <summary>The state of one partition, which replaces what was written of it before.</summary>
    public static void WriteState(StateWriter into, long id, string place, in Allowance allowance, ReadOnlySpan<byte> image)
    {
        into.Add((long)Kind.State);
        into.Add(id);
        into.Add(place);
        into.Add(allowance.Amount);
        into.Add(allowance.Until);
        into.Add(image);
    }

    /// <summary>What holds up a service as a whole, and its keys.</summary>
    public static void WriteService(StateWriter into, string service, ReadOnlySpan<byte> image)
    {
        into.Add((long)Kind.Service);
        into.Add(service);
        into.Add(image);
    }

    /// <summary>Takes a frame into what is known.</summary>
    /// <exception cref="FormatException">It holds what no process of this version writes.</exception>
    public static void Read(ReadOnlyMemory<byte> frame, KeptStates into)
    {
        var from = new StateReader(frame);
        into.Mark = ClockMark.Read(from);
        while (!from.IsAtEnd)
        {
            switch ((Kind)from.Number())
            {
                case Kind.Limit:
                    into.Limits[from.Number()] = KeptLimit.Read(from);
                    break;
                case Kind.State:
                    into.States[(from.Number(), from.Text())] = new WrittenState(new Allowance(from.Number(), from.Number()), from.Bytes());
                    break;
                case Kind.Service:
                    into.Services[from.Text()] = from.Bytes();
                    break;
                default:
                    throw new FormatException("A record is of no kind that is known.");
            }
        }
    }
}
