using System;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Graphs;

/// <summary>A graph that cannot be: thrown by shape rules, and told its place on its way out.</summary>
internal sealed class GraphException : Exception
{
    private readonly string _place;
    private readonly string _reason;

    /// <summary>Makes the exception where the rule is broken.</summary>
    public GraphException(Rule rule, string reason)
        : this(rule, "", reason)
    {
    }

    private GraphException(Rule rule, string place, string reason, string? specPath = null)
        : base(place.Length == 0 ? reason : $"{place}: {reason}")
    {
        Rule = rule;
        _place = place;
        _reason = reason;
        SpecPath = specPath;
    }

    /// <summary>The rule that is broken.</summary>
    public Rule Rule { get; }

    /// <summary>The path of what to blame in the declaration, where it is known.</summary>
    public string? SpecPath { get; }

    /// <summary>Refuses inputs whose shapes do not fit.</summary>
    public static GraphException Shape(string reason) => new(Rules.ShapeMismatch, reason);

    /// <summary>The same error with its place in the enclosing block: <c>blocks.0.attn: …</c></summary>
    public GraphException Inside(string member) => new(Rule, Block.Join(member, _place), _reason, SpecPath);

    /// <summary>The same error with what is to blame for it, unless that is known more closely.</summary>
    public GraphException Blaming(string specPath) => new(Rule, _place, _reason, SpecPath ?? specPath);
}
