using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>What a process tells of what was granted, and of what it was told itself.</summary>
internal sealed partial class RedisMessage
{
    private void Write(MessageWriter message, in SharedNote note, long localNow)
    {
        var terms = _addressOf(note.Balance).Terms;
        var (whole, parts) = note.Kind == NoteKind.GiveBack ? terms.CreditOf(note.Amount)
            : note.Kind is NoteKind.ChargeMore or NoteKind.Force ? terms.TimeOf(note.Amount, GuardOf(note.Balance))
            : (note.Amount, 0);
        var code = note.Kind switch
        {
            NoteKind.GiveBack => 1,
            NoteKind.ChargeMore => 2,
            NoteKind.Answer => 3,
            NoteKind.Force => 4,
            NoteKind.Renew => 5,
            NoteKind.Announce => 6,
            NoteKind.Heard => note.Token == 0 ? HeardUncountedCode : HeardCode,
            NoteKind.Counted => 12,
            NoteKind.Others => 13,
            NoteKind.Unused => 16,
            NoteKind.Look => 7,
            NoteKind.Rest => 14,
            NoteKind.Claim => 17,
            NoteKind.Told => 26,
            _ => HoldCode,
        };
        switch (note.Kind)
        {
            case NoteKind.Answer:
                // Rounded down: it counts as having arrived later.
                message.Add(code, _indexOf[note.Balance], note.Receipt, note.Amount, Math.Max(localNow - note.Instant, 0) / TimeSpan.TicksPerMicrosecond);
                break;
            case NoteKind.Announce:
                message.Add(code, _indexOf[note.Balance], 0, LimitTerms.Micros(Math.Max(note.Instant - localNow, 0)), 0);
                break;
            case NoteKind.Heard:
                message.Add(code, _indexOf[note.Balance], note.Amount, LimitTerms.Micros(Math.Max(note.Instant - localNow, 0)), LimitTerms.Micros(note.Receipt));
                break;
            case NoteKind.Others:
                message.Add(code, _indexOf[note.Balance], 0, LimitTerms.Micros(Math.Max(note.Instant - localNow, 1)), 0);
                break;
            case NoteKind.Counted or NoteKind.Look:
                message.Add(code, _indexOf[note.Balance], note.Amount, 0, 0);
                break;
            case NoteKind.Rest or NoteKind.Claim or NoteKind.Told:
                message.Add(code, _indexOf[note.Balance], note.Receipt, LimitTerms.Micros(Math.Max(note.Instant - localNow, 0)), note.Balance.Rest!.Version);
                break;
            default:
                message.Add(code, _indexOf[note.Balance], note.Receipt, whole, parts);
                break;
        }
    }
}
