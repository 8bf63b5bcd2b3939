using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Errors;

/// <summary>A field of a request or form breaks its rule.</summary>
/// <param name="Value">What was sent, as it is; never a secret.</param>
/// <param name="Rule">What is allowed, in few words that need no translation.</param>
public sealed record FieldInvalid(string Field, string? Value, string Rule) : Failure("field-invalid", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"項目「{Field}」の値「{Quoted.Of(Value)}」は使えません ({Rule})。";
    public override string English => $"The field '{Field}' cannot be '{Quoted.Of(Value)}' ({Rule}).";
}
