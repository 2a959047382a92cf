{ SPDX-License-Identifier: LGPL-2.1-or-later }
{ What programs in every language here do; see tests/runtimes/runtimes.bash. }
program pascal;
{$mode objfpc}{$H+}
uses cthreads, Classes, SysUtils;

type
  TPart = class(TThread)
    Part: Integer;
    Sum: Int64;
    procedure Execute; override;
  end;

var
  Count, Depth, Megabytes, X, Sum, Back: Int64;
  Numbers: array of Int64;
  I, Pieces: Integer;
  Parts: array [0..3] of TPart;
  Kept: array [0..999] of string;
  Scratch: TextFile;

procedure TPart.Execute;
var J: Int64;
begin
  J := Part;
  while J < Count do begin Sum := Sum + Numbers[J]; J := J + 4 end
end;

procedure Sort(Left, Right: Int64);
var L, R, Pivot, Swap: Int64;
begin
  L := Left; R := Right; Pivot := Numbers[(Left + Right) div 2];
  repeat
    while Numbers[L] < Pivot do Inc(L);
    while Numbers[R] > Pivot do Dec(R);
    if L <= R then begin
      Swap := Numbers[L]; Numbers[L] := Numbers[R]; Numbers[R] := Swap;
      Inc(L); Dec(R)
    end
  until L > R;
  if Left < R then Sort(Left, R);
  if L < Right then Sort(L, Right)
end;

function Recurse(Depth: Int64): Int64;
begin
  if Depth = 0 then Result := 0 else Result := Depth + Recurse(Depth - 1)
end;

begin
  ReadLn(Count, Depth, Megabytes);
  SetLength(Numbers, Count);
  X := 1;
  for I := 0 to Count - 1 do begin X := X * 16807 mod 2147483647; Numbers[I] := X end;
  Sort(0, Count - 1);
  WriteLn('sorted ', Numbers[0], ' ', Numbers[Count div 2], ' ', Numbers[Count - 1]);

  Sum := 0;
  for I := 0 to 3 do begin
    Parts[I] := TPart.Create(True);
    Parts[I].Part := I;
    Parts[I].Start
  end;
  for I := 0 to 3 do begin Parts[I].WaitFor; Sum := Sum + Parts[I].Sum; Parts[I].Free end;
  WriteLn('sum ', Sum);

  try
    StrToInt('no number')
  except
    on EConvertError do WriteLn('caught')
  end;
  WriteLn('depth ', Recurse(Depth));

  Pieces := 0;
  while Pieces < Megabytes * 1024 do begin
    Kept[Pieces mod 1000] := StringOfChar('x', 1024);
    Inc(Pieces)
  end;
  WriteLn('pieces ', Pieces);

  Assign(Scratch, 'scratch'); Rewrite(Scratch); WriteLn(Scratch, Numbers[0]); Close(Scratch);
  Reset(Scratch); ReadLn(Scratch, Back); Close(Scratch); Erase(Scratch);
  WriteLn('file ', Ord(Back = Numbers[0]))
end.
