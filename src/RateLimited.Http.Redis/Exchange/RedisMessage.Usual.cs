using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>The usual message, in its shorter form.</summary>
internal sealed partial class RedisMessage
{
    private const long LimitBits = 7;

    private byte[] UsualBytes(long sequence)
    {
        var wants = _exchange.Questions[0].Wants;
        var message = new MessageWriter();
        message.Add(UsualProtocol, sequence, _usualHeads);
        for (var i = 0; i < wants.Length; i++)
        {
            _limits[0][i].Terms.WriteUsual(message, wants[i].Least, GuardOf(wants[i].Balance));
        }

        return message.ToBytes();
    }

    /// <summary>
    /// How many bytes of the service's key hold all that is asked about, where the message is the usual one: one question, about buckets and sliding windows of the service, for no more than it needs. Else
    /// zero. The script decides it without looking at anything else.
    /// </summary>
    private int UsualHeads()
    {
        if (_exchange is not { Notes.Count: 0, Join: false, Pause: 0, Tells: 0, Questions: [{ Wants: var wants }] }
            || _groups.Count > 1 || wants.Length != _limits[0].Count || wants.Length is 0 or > MostUsual)
        {
            return 0;
        }

        var bytes = HeaderBytes;
        for (var i = 0; i < wants.Length; i++)
        {
            var (terms, balance) = _limits[0][i];
            if (terms.HeadBytes == 0 || wants[i] is not { Least: > 0, More: 0 } || wants[i].Least > terms.LargestUsual || !ReferenceEquals(wants[i].Balance, balance))
            {
                return 0;
            }

            bytes += terms.HeadBytes;
        }

        return bytes;
    }

    private static void ReadGrant(ref MessageReader reader, SharedQuestion question)
    {
        question.IsGranted = true;
        reader.Next();
        for (var i = question.Wants.Length - 1; i >= 0; i--)
        {
            (question.Wants[i].Granted, question.Wants[i].Receipt) = (question.Wants[i].Least, reader.Next());
        }
    }

    /// <summary>A refusal is the wait in microseconds, and in the last three bits by which limit.</summary>
    private void ReadRefusal(long refusal, SharedQuestion question)
    {
        var limit = (int)(refusal & LimitBits);
        if (limit >= _balances.Count)
        {
            throw new InvalidDataException("The store refused by a limit that nothing was asked of. Another program may have replaced the script.");
        }

        question.IsGranted = false;
        question.Wait = Saturating.Multiply(refusal / (LimitBits + 1), TimeSpan.TicksPerMicrosecond);
        question.Refused = _balances[limit];
        question.Again = -1;
    }
}
